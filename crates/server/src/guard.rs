//! Against attacks that ride on a browser: DNS rebinding (a foreign name in `Host`) and cross-site writes (a
//! foreign page in `Origin`). The answers are those of MLflow's server.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, header};

use crate::respond::text;

/// Who may be asked for, and who may ask.
#[derive(Clone, Debug)]
pub(crate) struct Guard(Arc<Lists>);

#[derive(Debug)]
struct Lists {
    prefix: String,
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Guard {
    pub(crate) fn new(prefix: &str, hosts: &[String], origins: &[String]) -> Self {
        let hosts = hosts.iter().map(|h| h.to_lowercase()).collect();
        let origins = origins.iter().map(|o| o.trim_end_matches('/').to_lowercase()).collect();
        Self(Arc::new(Lists { prefix: prefix.to_owned(), hosts, origins }))
    }

    /// Whether a `Host` header names this server. An address cannot be rebound, a name can: names must be listed.
    fn knows_host(&self, host: &str) -> bool {
        let host = host.to_lowercase();
        let name = without_port(&host);
        if name == "localhost" || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
            return true;
        }
        self.0.hosts.iter().any(|allowed| match allowed.strip_prefix("*.") {
            _ if allowed == "*" || *allowed == host || *allowed == name => true,
            Some(domain) => {
                name.strip_suffix(domain).is_some_and(|below| below.len() > 1 && below.ends_with('.'))
            }
            None => false,
        })
    }

    /// Whether a page of this origin may write: our own, one on this machine, or one that is listed.
    pub(crate) fn knows_origin(&self, origin: &str, headers: &HeaderMap) -> bool {
        let origin = origin.to_lowercase();
        if self.0.origins.iter().any(|allowed| *allowed == origin || allowed == "*") {
            return true;
        }
        let Some(("http" | "https", authority)) = origin.split_once("://") else { return false };
        let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
        let name = without_port(authority);
        let loopback = name == "localhost"
            || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        loopback || authority.eq_ignore_ascii_case(host)
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|b| b.is_ascii_digit()) && (!name.contains(':') || name.ends_with(']')) =>
        {
            name
        }
        _ => host,
    }
}

impl Guard {
    /// The answer to a request that must not come in.
    pub(crate) fn refuse(&self, request: &Request) -> Option<Response> {
        let path = request.uri().path();
        let path = path.strip_prefix(self.0.prefix.as_str()).unwrap_or(path);
        // Probes come by address or by a name that only the orchestrator knows.
        if !matches!(path, "/health" | "/version" | "/livez" | "/readyz") {
            let mut hosts = request.headers().get_all(header::HOST).iter();
            let host = hosts
                .next()
                .and_then(|h| h.to_str().ok())
                .or(request.uri().authority().map(http::uri::Authority::as_str));
            if !host.is_some_and(|host| self.knows_host(host)) || hosts.next().is_some() {
                return Some(text(
                    StatusCode::FORBIDDEN,
                    "Invalid Host header - possible DNS rebinding attack detected",
                ));
            }
        }
        let origin = request.headers().get(header::ORIGIN)?;
        let known = origin.to_str().is_ok_and(|origin| self.knows_origin(origin, request.headers()));
        match *request.method() {
            _ if known => None,
            Method::GET | Method::HEAD => None,
            Method::OPTIONS => Some(text(StatusCode::BAD_REQUEST, "Disallowed CORS origin")),
            _ => Some(text(StatusCode::FORBIDDEN, "Cross-origin request blocked")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard::new(
            "",
            &["models.example.com".into(), "*.corp.example".into()],
            &["https://portal.example".into()],
        )
    }

    #[test]
    fn names_must_be_listed_addresses_need_not() {
        let guard = guard();
        for good in [
            "localhost",
            "localhost:5000",
            "127.0.0.1:5000",
            "[::1]:5000",
            "10.0.0.7",
            "Models.Example.com:80",
            "a.corp.example",
        ] {
            assert!(guard.knows_host(good), "{good}");
        }
        for bad in [
            "evil.com",
            "evil.com:5000",
            "corp.example",
            "xcorp.example",
            "localhost.evil.com",
            "127.0.0.1.nip.io",
            "",
        ] {
            assert!(!guard.knows_host(bad), "{bad}");
        }
    }

    #[test]
    fn foreign_pages_may_not_write() {
        let guard = guard();
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, http::HeaderValue::from_static("models.example.com"));
        for good in [
            "https://models.example.com",
            "http://localhost:5173",
            "http://127.0.0.1:5000",
            "https://portal.example",
        ] {
            assert!(guard.knows_origin(good, &headers), "{good}");
        }
        for bad in [
            "https://evil.com",
            "null",
            "https://models.example.com.evil.com",
            "http://localhost.evil.com",
            "",
        ] {
            assert!(!guard.knows_origin(bad, &headers), "{bad}");
        }
    }
}
