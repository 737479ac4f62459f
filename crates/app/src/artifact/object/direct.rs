//! URLs that let a client talk to the object store itself, for one object and a while.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use greenroom_core::artifact::ArtifactKey;
use greenroom_core::{Error, ErrorCode, Result};
use object_store::ObjectStoreExt;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::signer::{Method, SignedUrlOptions, Signer};

use super::{Objects, told};
use crate::artifact::store::{MULTIPART_UNSUPPORTED, Part, unsupported};

/// How long the URLs of parts are good: a large upload over a slow line takes hours.
const PARTS_FOR: Duration = Duration::from_hours(4);

/// What signs URLs, and what takes uploads apart, where the store can do that.
pub(super) struct Direct {
    pub(super) signer: Arc<dyn Signer>,
    pub(super) multipart: Option<Arc<dyn MultipartStore>>,
}

impl std::fmt::Debug for Direct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Direct").field("multipart", &self.multipart.is_some()).finish_non_exhaustive()
    }
}

impl Objects {
    /// Whether clients can upload parts themselves.
    pub(in crate::artifact) fn takes_parts(&self) -> bool {
        self.direct.as_ref().is_some_and(|direct| direct.multipart.is_some())
    }

    /// Begins a multipart upload: its id, and a URL for each part.
    pub(in crate::artifact) async fn create_parts(
        &self,
        key: &ArtifactKey,
        count: u32,
    ) -> Result<(String, Vec<String>)> {
        let (signer, multipart) = self.parts()?;
        let path = self.path(key)?;
        let id = multipart.create_multipart(&path).await.map_err(|error| told(&error, key.as_str()))?;
        match sign_parts(signer, &path, &id, count).await {
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
        let (_, multipart) = self.parts()?;
        let parts = parts.into_iter().map(|part| PartId { content_id: part.etag }).collect();
        let done = multipart.complete_multipart(&self.path(key)?, &upload.to_owned(), parts).await;
        done.map(|_| ()).map_err(|error| no_upload(&error, key))
    }

    /// Gives an upload up.
    pub(in crate::artifact) async fn abort_parts(&self, key: &ArtifactKey, upload: &str) -> Result<()> {
        let (_, multipart) = self.parts()?;
        let done = multipart.abort_multipart(&self.path(key)?, &upload.to_owned()).await;
        done.map_err(|error| no_upload(&error, key))
    }

    /// A URL to read an artifact from, and its size.
    pub(in crate::artifact) async fn sign_download(
        &self,
        key: &ArtifactKey,
        good_for: Duration,
    ) -> Result<(String, u64)> {
        const UNSUPPORTED: &str = "Presigned download is not supported for the current artifact repository";
        let direct = self.direct.as_ref().ok_or_else(|| unsupported(UNSUPPORTED))?;
        let path = self.path(key)?;
        let meta = self.store.head(&path).await.map_err(|error| told(&error, key.as_str()))?;
        let url = direct.signer.signed_url(Method::GET, &path, good_for).await;
        url.map(|url| (url.into(), meta.size)).map_err(|error| unsigned(&error, key, UNSUPPORTED))
    }

    /// A URL to write an artifact to.
    pub(in crate::artifact) async fn sign_upload(
        &self,
        key: &ArtifactKey,
        good_for: Duration,
    ) -> Result<String> {
        const UNSUPPORTED: &str = "Presigned upload is not supported for the current artifact repository";
        let direct = self.direct.as_ref().ok_or_else(|| unsupported(UNSUPPORTED))?;
        let url = direct.signer.signed_url(Method::PUT, &self.path(key)?, good_for).await;
        url.map(Into::into).map_err(|error| unsigned(&error, key, UNSUPPORTED))
    }

    fn parts(&self) -> Result<(&dyn Signer, &dyn MultipartStore)> {
        let direct = self.direct.as_ref().and_then(|d| Some((&*d.signer, d.multipart.as_deref()?)));
        direct.ok_or_else(|| unsupported(MULTIPART_UNSUPPORTED))
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

/// Credentials that cannot sign (a token without a key) make direct access unsupported, nothing worse.
fn unsigned(error: &object_store::Error, key: &ArtifactKey, message: &str) -> Error {
    tracing::warn!(%error, %key, "a URL could not be signed");
    unsupported(message)
}

fn no_upload(error: &object_store::Error, key: &ArtifactKey) -> Error {
    let error = told(error, key.as_str());
    if error.code == ErrorCode::ResourceDoesNotExist {
        return Error::not_found(
            "There is no such multipart upload for this path. It may have been completed, aborted or given up.",
        );
    }
    error
}
