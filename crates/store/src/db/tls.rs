//! TLS to PostgreSQL, as the URI asks for it: `sslmode=require` (or `verify-ca`, `verify-full`) and `sslrootcert=FILE`.
//!
//! Where TLS is asked for, the certificate is always verified, chain and name: stricter than libpq's `require`,
//! which takes any certificate. Without `sslmode` (or with `disable`, `allow`, `prefer`) there is none.

use greenroom_core::{Error, Result};
use percent_encoding::percent_decode_str;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What a URI asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The URI without the keys read here.
    pub(super) uri: String,
    /// Whether to use TLS.
    pub(super) tls: bool,
    /// A file of certificates to trust instead of the system's.
    root: Option<String>,
}

/// Takes the TLS keys out of a URI.
pub(super) fn read(uri: &str) -> Result<Wanted> {
    let (base, query) = uri.split_once('?').unwrap_or((uri, ""));
    let mut wanted = Wanted { uri: base.to_owned(), tls: false, root: None };
    let mut rest = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
        match (key, value.as_str()) {
            ("sslmode", "disable" | "allow" | "prefer") => {}
            ("sslmode", "require" | "verify-ca" | "verify-full") => wanted.tls = true,
            ("sslmode", other) => {
                return Err(Error::invalid(format!(
                    "sslmode in the database URI must be disable, require or verify-full, got '{other}'."
                )));
            }
            ("sslrootcert", _) => wanted.root = Some(value),
            _ => rest.push(pair),
        }
    }
    if !rest.is_empty() {
        wanted.uri = format!("{base}?{}", rest.join("&"));
    }
    Ok(wanted)
}

impl Wanted {
    /// The connector for it.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect> {
        let mut roots = RootCertStore::empty();
        let certificates: Vec<CertificateDer<'static>> = match &self.root {
            Some(path) => CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(|e| {
                Error::invalid(format!("The certificates in sslrootcert={path} cannot be read: {e}"))
            })?,
            None => rustls_native_certs::load_native_certs().certs,
        };
        roots.add_parsable_certificates(certificates);
        if roots.is_empty() {
            return Err(Error::invalid(
                "There are no certificates to verify PostgreSQL with. Install the system's (ca-certificates) or name a file in sslrootcert.",
            ));
        }
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Ok(MakeRustlsConnect::new(config))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_taken_out() {
        let wanted = read("postgresql://u@h/d?sslmode=require&application_name=x&sslrootcert=%2Fa%20b.pem")
            .expect("valid");
        assert_eq!(wanted.uri, "postgresql://u@h/d?application_name=x");
        assert_eq!((wanted.tls, wanted.root.as_deref()), (true, Some("/a b.pem")));
        let plain = read("postgresql://u@h/d?sslmode=prefer").expect("valid");
        assert_eq!((plain.uri.as_str(), plain.tls), ("postgresql://u@h/d", false));
        assert!(read("postgresql://h/d?sslmode=maybe").expect_err("nonsense").message.contains("'maybe'"));
    }
}
