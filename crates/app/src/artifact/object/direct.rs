//! URLs that let a client talk to the object store itself, for one object and a while.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use greenroom_core::artifact::ArtifactKey;
use greenroom_core::{Error, Result};
use object_store::ObjectStoreExt;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::signer::{Method, SignedUrlOptions, Signer};

use super::{Objects, block, told};
use crate::artifact::store::{MULTIPART_UNSUPPORTED, Part, Signed, no_upload, unsupported};

/// How long the URLs of parts are good: a large upload over a slow line takes hours.
const PARTS_FOR: Duration = Duration::from_hours(4);

/// What signs URLs, and what takes uploads apart.
pub(super) struct Direct {
    pub(super) kind: Kind,
    pub(super) signer: Arc<dyn Signer>,
    pub(super) multipart: Arc<dyn MultipartStore>,
}

/// Which store it is, where that makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    S3,
    Google,
    Azure,
}

impl Kind {
    /// Whether URLs for this path can be signed so that the store agrees.
    fn signs(self, path: &Path) -> bool {
        let stands_for_itself = |b: u8| b.is_ascii_alphanumeric() || b"/-._~=".contains(&b);
        match self {
            Self::S3 => true,
            // `object_store` leaves a percent sign in the URL as it is.
            Self::Google => !path.as_ref().contains('%'),
            // It signs the path as the URL spells it, and Azure looks at what that stands for.
            Self::Azure => path.as_ref().bytes().all(stands_for_itself),
        }
    }
}

impl std::fmt::Debug for Direct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Direct").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Objects {
    /// Whether there is a URL for every artifact, whatever its name and whatever credentials there are.
    pub(in crate::artifact) fn signs_all(&self) -> bool {
        self.direct.kind == Kind::S3
    }

    /// Begins a multipart upload: its id, and a URL for each part; `fresh` is an id that nothing else has.
    pub(in crate::artifact) async fn create_parts(
        &self,
        key: &ArtifactKey,
        count: u32,
        fresh: &str,
    ) -> Result<(String, Vec<String>)> {
        let Direct { kind, signer, multipart } = &self.direct;
        let path = self.path_to_sign(key, MULTIPART_UNSUPPORTED)?;
        if *kind == Kind::Azure {
            let id = block::upload(fresh);
            let urls = sign_blocks(&**signer, &path, &id, count).await;
            return urls.map(|urls| (id, urls)).map_err(|error| unsigned(&error, key, MULTIPART_UNSUPPORTED));
        }
        let id = multipart.create_multipart(&path).await.map_err(|error| told(&error, key.as_str()))?;
        match sign_parts(&**signer, &path, &id, count).await {
            Ok(urls) => Ok((id, urls)),
            Err(error) => {
                if let Err(error) = multipart.abort_multipart(&path, &id).await {
                    tracing::warn!(%error, %key, "a multipart upload could not be given up");
                }
                Err(unsigned(&error, key, MULTIPART_UNSUPPORTED))
            }
        }
    }

    /// Makes the artifact out of its parts, which are numbered from 1 without gaps.
    pub(in crate::artifact) async fn complete_parts(
        &self,
        key: &ArtifactKey,
        upload: &str,
        parts: Vec<Part>,
    ) -> Result<()> {
        self.check_upload(upload)?;
        let content_id = |part: Part| match self.direct.kind {
            Kind::S3 | Kind::Google => part.etag,
            Kind::Azure => block::name(upload, part.number),
        };
        let parts = parts.into_iter().map(|part| PartId { content_id: content_id(part) }).collect();
        let done =
            self.direct.multipart.complete_multipart(&self.path(key)?, &upload.to_owned(), parts).await;
        done.map(|_| ()).map_err(|error| not_ended(&error, key))
    }

    /// Gives an upload up. Azure has no word for it: it drops blocks that nobody made a file of, after a week.
    pub(in crate::artifact) async fn abort_parts(&self, key: &ArtifactKey, upload: &str) -> Result<()> {
        self.check_upload(upload)?;
        let done = self.direct.multipart.abort_multipart(&self.path(key)?, &upload.to_owned()).await;
        done.map_err(|error| not_ended(&error, key))
    }

    /// A URL to read an artifact from, and its size.
    pub(in crate::artifact) async fn sign_download(
        &self,
        key: &ArtifactKey,
        good_for: Duration,
    ) -> Result<(String, u64)> {
        const UNSUPPORTED: &str = "Presigned download is not supported for the current artifact repository";
        let path = self.path_to_sign(key, UNSUPPORTED)?;
        let meta = self.store.head(&path).await.map_err(|error| told(&error, key.as_str()))?;
        let url = self.direct.signer.signed_url(Method::GET, &path, good_for).await;
        url.map(|url| (url.into(), meta.size)).map_err(|error| unsigned(&error, key, UNSUPPORTED))
    }

    /// A URL to write an artifact to.
    pub(in crate::artifact) async fn sign_upload(
        &self,
        key: &ArtifactKey,
        good_for: Duration,
    ) -> Result<Signed> {
        const UNSUPPORTED: &str = "Presigned upload is not supported for the current artifact repository";
        let path = self.path_to_sign(key, UNSUPPORTED)?;
        let url = self.direct.signer.signed_url(Method::PUT, &path, good_for).await;
        let url = url.map_err(|error| unsigned(&error, key, UNSUPPORTED))?;
        let headers = match self.direct.kind {
            Kind::S3 | Kind::Google => BTreeMap::new(),
            // There are several kinds of files, and none is taken without being told which.
            Kind::Azure => BTreeMap::from([("x-ms-blob-type".to_owned(), "BlockBlob".to_owned())]),
        };
        Ok(Signed { url: url.into(), headers })
    }

    /// The object of a key, if clients can be sent there; they know to go through this server otherwise.
    fn path_to_sign(&self, key: &ArtifactKey, otherwise: &str) -> Result<Path> {
        let path = self.path(key)?;
        if self.direct.kind.signs(&path) { Ok(path) } else { Err(unsupported(otherwise)) }
    }

    /// Where the ids of uploads are ours, whatever else comes is nobody's upload.
    fn check_upload(&self, upload: &str) -> Result<()> {
        if self.direct.kind == Kind::Azure && !block::is_upload(upload) {
            return Err(no_upload());
        }
        Ok(())
    }
}

async fn sign_parts(
    signer: &dyn Signer,
    path: &Path,
    id: &str,
    count: u32,
) -> object_store::Result<Vec<String>> {
    let mut urls = Vec::new();
    for number in 1..=count {
        let query = BTreeMap::from([("partNumber", number.to_string()), ("uploadId", id.to_owned())]);
        let options = SignedUrlOptions::new().with_query(query);
        urls.push(signer.signed_url_opts(Method::PUT, path, PARTS_FOR, &options).await?.into());
    }
    Ok(urls)
}

async fn sign_blocks(
    signer: &dyn Signer,
    path: &Path,
    upload: &str,
    count: u32,
) -> object_store::Result<Vec<String>> {
    // The signature is for the file; which block of it is meant is not signed.
    let whole = signer.signed_url(Method::PUT, path, PARTS_FOR).await?;
    let for_block = |number| {
        let mut url = whole.clone();
        url.query_pairs_mut().extend_pairs(block::query(upload, number));
        url.into()
    };
    Ok((1..=count).map(for_block).collect())
}

/// Credentials that cannot sign (a token without a key) make direct access unsupported, nothing worse.
fn unsigned(error: &object_store::Error, key: &ArtifactKey, message: &str) -> Error {
    tracing::warn!(%error, %key, "a URL could not be signed");
    unsupported(message)
}

/// Why an upload could not be completed or given up. What the sender got wrong has codes in the stores' answers.
fn not_ended(error: &object_store::Error, key: &ArtifactKey) -> Error {
    let answer = error.to_string();
    let says = |code: &str| answer.contains(&format!("<Code>{code}</Code>"));
    // Azure does not know uploads: one that is over has no blocks.
    if matches!(error, object_store::Error::NotFound { .. }) || says("InvalidBlockList") {
        return no_upload();
    }
    if says("InvalidPart") {
        return Error::invalid(
            "A part of the upload was not received, or is not the one that was acknowledged.",
        );
    }
    if says("EntityTooSmall") {
        return Error::invalid("A part of the upload is too small: only the last may have less than 5 MiB.");
    }
    told(error, key.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_for_itself_is_signed_where_spelling_matters() {
        for (path, google, azure) in [
            ("1/r/artifacts/model/MLmodel", true, true),
            ("metrics/x=1_2~3.csv", true, true),
            ("a b/c", true, false),
            ("ü", true, false),
            ("50%", false, false),
        ] {
            let path = Path::parse(path).expect(path);
            let signs = [Kind::S3, Kind::Google, Kind::Azure].map(|kind| kind.signs(&path));
            assert_eq!(signs, [true, google, azure], "{path}");
        }
    }
}
