//! Talking to a server: where it is, what it may answer, and where it may send us.

use std::time::Duration;

use greenroom_wire::mlflow::ErrorBody;
use greenroom_wire::v1::Problem;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Method, RequestBuilder, Response, Url};
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// Everything but what stands for itself in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// How long a call may take in which a server reads or writes all bytes of a model.
pub(crate) const UNHURRIED: Duration = Duration::from_hours(24 * 7);
/// Bytes in an answer that is read as a whole. A page of a thousand events with large tags stays below.
const ANSWER: usize = 256 * 1024 * 1024;
/// Characters that are shown of an answer which is nobody's.
const SHOWN: usize = 1000;
/// Redirections of one request.
const REDIRECTS: usize = 5;

/// A server to talk to.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    /// May hold credentials; never shown.
    base: Url,
    shown: String,
    answer: usize,
}

impl Client {
    /// A client of the server at `url`, for example `http://127.0.0.1:5000`; a name and a password in it are sent to
    /// that server alone, and never shown.
    pub fn new(url: &str) -> Result<Self> {
        let unreadable = |why: &str| {
            let shown = url.rsplit('@').next().unwrap_or_default();
            Error::Transport(format!(
                "The server address '{shown}' cannot be read: {why}. It must look like http://127.0.0.1:5000."
            ))
        };
        let base = Url::parse(url.trim_end_matches('/')).map_err(|e| unreadable(&e.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(unreadable("it does not begin with http:// or https://"));
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("greenroom-cli/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_mins(2))
            .redirect(Policy::custom(redirected))
            .build()
            .map_err(|e| Error::Transport(format!("No HTTP client: {e}")))?;
        let mut plain = base.clone();
        plain.set_fragment(None);
        plain.set_query(None);
        // An http URL can always do without a user.
        let _none = (plain.set_username(""), plain.set_password(None));
        let shown = plain.as_str().trim_end_matches('/').to_owned();
        Ok(Self { http, base, shown, answer: ANSWER })
    }

    /// The same server, of which no answer is read that is larger than this.
    pub(crate) fn with_answers_of(&self, bytes: usize) -> Self {
        Self { answer: bytes, ..self.clone() }
    }

    /// The server's address, without credentials.
    pub fn address(&self) -> &str {
        &self.shown
    }

    /// A request to a path of `/api/v1`.
    pub(crate) fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        self.request_at(method, "/api/v1/", path)
    }

    /// A request to a path of MLflow's API.
    pub(crate) fn mlflow(&self, method: Method, path: &[&str]) -> RequestBuilder {
        self.request_at(method, "/api/2.0/mlflow/", path)
    }

    /// A request to any path: `route` as it is, `path` encoded piece by piece.
    pub(crate) fn request_at(&self, method: Method, route: &str, path: &[&str]) -> RequestBuilder {
        let path: Vec<String> =
            path.iter().map(|piece| utf8_percent_encode(piece, SEGMENT).to_string()).collect();
        let base = self.base.as_str().trim_end_matches('/');
        self.http.request(method, format!("{base}{route}{}", path.join("/")))
    }

    /// The answer to a request, read as JSON.
    pub(crate) async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T> {
        let body = self.done(request).await?;
        serde_json::from_slice(&body)
            .map_err(|e| Error::Transport(format!("The answer of {} is not Greenroom's: {e}", self.shown)))
    }

    /// The body of the answer to a request that has to succeed.
    pub(crate) async fn done(&self, request: RequestBuilder) -> Result<Vec<u8>> {
        let response = self.open(request).await?;
        self.read(response).await
    }

    /// The answer to a request that has to succeed, its body still to be read.
    pub(crate) async fn open(&self, request: RequestBuilder) -> Result<Response> {
        let response = request.send().await.map_err(|e| self.unreachable(&e))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = self.read(response).await?;
        if let Ok(problem) = serde_json::from_slice::<Problem>(&body) {
            return Err(Error::Refused(problem));
        }
        if let Ok(error) = serde_json::from_slice::<ErrorBody>(&body) {
            return Err(Error::Refused(Problem {
                kind: "about:blank".to_owned(),
                title: status.canonical_reason().unwrap_or("Error").to_owned(),
                status: status.as_u16(),
                detail: error.message,
                error_code: error.error_code,
            }));
        }
        let text: String = String::from_utf8_lossy(&body).chars().take(SHOWN).collect();
        Err(Error::Transport(format!("{} answered {status}: {text}", self.shown)))
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(|e| self.unreachable(&e))? {
            if body.len() + bytes.len() > self.answer {
                return Err(Error::Unsound(format!(
                    "{} sends an answer of more than {} bytes, which is not read.",
                    self.shown, self.answer
                )));
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }

    pub(crate) fn unreachable(&self, error: &reqwest::Error) -> Error {
        Error::Transport(format!(
            "No answer from {}: {}. Is the server running? (greenroom server)",
            self.shown,
            root_cause(error)
        ))
    }
}

/// A server may send us to another of its own addresses, as from http to https, and nowhere else.
fn redirected(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let was = attempt.previous().last();
    let own = was.is_some_and(|was| {
        let upgraded = was.scheme() == "http" && attempt.url().scheme() == "https";
        let same_port = was.port_or_known_default() == attempt.url().port_or_known_default();
        let standard =
            was.port_or_known_default() == Some(80) && attempt.url().port_or_known_default() == Some(443);
        was.host_str() == attempt.url().host_str()
            && ((was.scheme() == attempt.url().scheme() && same_port)
                || (upgraded && (same_port || standard)))
    });
    if own && attempt.previous().len() <= REDIRECTS { attempt.follow() } else { attempt.stop() }
}

pub(crate) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
