//! Where a copy comes from. What this server says is believed of its own models and of nothing else: its answers
//! have limits, and no path of its leads anywhere but below the folder of the copy.

use std::collections::BTreeSet;

use greenroom_core::artifact::ArtifactKey;
use greenroom_core::digest::MAX_FILES;
use greenroom_core::source::{ModelUri, Which};
use greenroom_wire::mlflow::logged_model::{LoggedModel, LoggedModelResponse};
use greenroom_wire::v1::ModelVersion;
use reqwest::{Method, Response};

use crate::http::UNHURRIED;
use crate::{Client, Error, Result};

/// Bytes in an answer: a version with its tags, or a page of files.
const ANSWER: usize = 16 * 1024 * 1024;
/// Bytes in the paths of all files together.
const PATHS: usize = 16 * 1024 * 1024;

/// A version at its server.
pub(super) struct Source {
    client: Client,
    name: String,
    version: i64,
}

/// A file of it.
pub(super) struct SourceFile {
    /// Below the version's folder; a checked key, plain segments.
    pub(super) path: String,
    pub(super) size: u64,
}

/// The version that a URI names now.
pub async fn resolve(client: &Client, uri: &ModelUri) -> Result<(String, i64)> {
    let name = uri.name.as_str();
    let none = |what: String| Error::Unsound(format!("{uri} names no version: {what}."));
    let highest = |stage: Option<String>| async move {
        let page = client.list_model_versions(name, stage.as_deref(), None).await?;
        Ok::<_, Error>(page.versions.first().map(|version| version.version))
    };
    let version = match &uri.which {
        Which::Version(version) => *version,
        Which::Latest => highest(None).await?.ok_or_else(|| none("the model has none".to_owned()))?,
        Which::Stage(stage) => {
            let found = highest(Some(stage.clone())).await?;
            found.ok_or_else(|| none(format!("none is in stage '{stage}'")))?
        }
        Which::Alias(alias) if alias.eq_ignore_ascii_case("latest") => {
            highest(None).await?.ok_or_else(|| none("the model has none".to_owned()))?
        }
        Which::Alias(alias) => {
            let model = client.get_registered_model(name).await?;
            let found = model.aliases.into_iter().find(|known| known.alias == *alias);
            found.ok_or_else(|| none(format!("the model has no alias '{alias}'")))?.version
        }
    };
    Ok((name.to_owned(), version))
}

impl Source {
    pub(super) fn new(client: &Client, name: &str, version: i64) -> Self {
        Self { client: client.with_answers_of(ANSWER), name: name.to_owned(), version }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The version, its digest known if it can be: a look that is due is taken now.
    pub(super) async fn version(&self) -> Result<ModelVersion> {
        let version = self.client.get_model_version(&self.name, self.version).await?;
        if version.digest_state.as_deref() != Some("pending") {
            return Ok(version);
        }
        let checked = self.client.check_model_version(&self.name, self.version).await?;
        Ok(ModelVersion { lineage: version.lineage, ..checked })
    }

    /// The logged model that the version came from, if the server still knows it.
    pub(super) async fn logged_model(&self, id: &str) -> Result<Option<LoggedModel>> {
        let request = self.client.mlflow(Method::GET, &["logged-models", id]);
        match self.client.send::<LoggedModelResponse>(request.query(&[("allow_deleted", "true")])).await {
            Err(Error::Refused(problem)) if problem.status == 404 => Ok(None),
            found => found.map(|found| Some(found.model)),
        }
    }

    /// The files of the version.
    pub(super) async fn files(&self) -> Result<Vec<SourceFile>> {
        let mut files = Vec::new();
        let mut seen = BTreeSet::new();
        let mut bytes = 0;
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let mut cursor: Option<String> = None;
            loop {
                let page = self
                    .client
                    .list_version_files(&self.name, self.version, &folder, cursor.as_deref())
                    .await?;
                if let Some(reason) = page.unavailable {
                    return Err(
                        self.unsound(&format!("its server does not hand its files through: {reason}"))
                    );
                }
                // A page that is not the last has something new: so the pages come to an end.
                if page.files.is_empty() && page.next_cursor.is_some() {
                    return Err(self.unsound("the list of its files goes on without any file"));
                }
                for entry in page.files {
                    let path = self.path(&folder, &entry.name)?;
                    bytes += path.len();
                    if seen.len() >= MAX_FILES || bytes > PATHS {
                        return Err(self.unsound(&format!(
                            "it holds more than {MAX_FILES} files and folders, or their paths are longer than {PATHS} bytes"
                        )));
                    }
                    if !seen.insert(path.clone()) {
                        return Err(self.unsound(&format!("'{path}' is listed twice")));
                    }
                    match entry.size {
                        None => folders.push(path),
                        Some(size) => files.push(SourceFile { path, size }),
                    }
                }
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
        }
        if files.is_empty() {
            return Err(self.unsound("it holds no files"));
        }
        Ok(files)
    }

    /// A file, its bytes still to be read.
    pub(super) async fn open(&self, file: &SourceFile) -> Result<Response> {
        let version = self.version.to_string();
        let query = [("name", self.name.as_str()), ("version", &version), ("path", &file.path)];
        let request = self.client.request_at(Method::GET, "/model-versions/get-artifact", &[]);
        let response = self.client.open(request.query(&query).timeout(UNHURRIED)).await?;
        match response.content_length() {
            Some(length) if length != file.size => Err(self.unsound(&format!(
                "its file '{}' was listed with {} bytes and is sent with {length}",
                file.path, file.size
            ))),
            _ => Ok(response),
        }
    }

    /// The path of an entry of a folder: exactly what it says, one segment, nothing to decode.
    fn path(&self, folder: &str, name: &str) -> Result<String> {
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let plain = ArtifactKey::parse(&path).is_ok_and(|key| key.as_str() == path);
        if plain && !name.contains('/') {
            return Ok(path);
        }
        Err(self
            .unsound(&format!("it has a file or folder with the name {name:?}, which is not safe as a path")))
    }

    pub(super) fn unsound(&self, what: &str) -> Error {
        Error::Unsound(format!(
            "Version {} of '{}' at {} cannot be copied: {what}.",
            self.version,
            self.name,
            self.client.address()
        ))
    }
}
