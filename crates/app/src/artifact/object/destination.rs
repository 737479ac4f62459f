//! From `--artifacts-destination` to a connection: credentials and endpoints come from the variables that the
//! stores' own tools read.

use std::sync::Arc;
use std::time::Duration;

use greenroom_core::{Error, Result};
use object_store::aws::AmazonS3Builder;
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, RetryConfig};

use super::direct::{Direct, Kind};

/// Which place artifacts are kept in.
#[derive(Clone, Debug, Default)]
pub struct ArtifactConfig {
    /// A folder, `s3://bucket/prefix`, `gs://bucket/prefix`, `wasbs://` or `abfss://container@account.../prefix`.
    pub uri: String,
    /// Where an S3 is that is not Amazon's (`MLFLOW_S3_ENDPOINT_URL`, else `AWS_ENDPOINT_URL...`).
    pub s3_endpoint: Option<String>,
    /// Whether its certificate goes unchecked (`MLFLOW_S3_IGNORE_TLS`).
    pub s3_ignore_tls: bool,
}

/// Silence of the store after which a request is tried again or given up. There is no limit on the whole of it:
/// artifacts may be large and networks slow.
const SILENCE: Duration = Duration::from_mins(1);
const RETRIES: usize = 3;
const RETRY_FOR: Duration = Duration::from_secs(45);

type Connected = (Arc<dyn ObjectStore>, Direct, Path);

pub(super) fn connect(config: &ArtifactConfig) -> Result<Connected> {
    let wrong = || {
        Error::invalid(format!(
            "The artifacts destination '{}' cannot be used. Name a folder, s3://bucket/prefix, gs://bucket/prefix, \
             wasbs://container@account.blob.core.windows.net/prefix or abfss://container@account.dfs.core.windows.net/prefix.",
            config.uri
        ))
    };
    let (scheme, rest) = config.uri.split_once("://").ok_or_else(wrong)?;
    let (host, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if host.is_empty() || rest.contains(['?', '#']) {
        return Err(wrong());
    }
    let prefix = Path::parse(prefix.trim_end_matches('/')).map_err(|_| wrong())?;
    let refused = |error: object_store::Error| {
        tracing::error!(%error, "the artifacts destination");
        wrong()
    };
    let retry = RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_FOR, ..RetryConfig::default() };
    let client = ClientOptions::new().with_timeout_disabled().with_read_timeout(SILENCE);
    match scheme {
        "s3" | "s3a" => {
            let mut builder = AmazonS3Builder::from_env().with_bucket_name(host).with_retry(retry);
            let endpoint = config.s3_endpoint.as_deref();
            if let Some(endpoint) = endpoint {
                builder = builder.with_endpoint(endpoint);
            }
            let client = client
                .with_allow_http(is_plain(endpoint))
                .with_allow_invalid_certificates(config.s3_ignore_tls);
            let store = Arc::new(builder.with_client_options(client).build().map_err(refused)?);
            let direct = Direct { kind: Kind::S3, signer: store.clone(), multipart: store.clone() };
            Ok((store, direct, prefix))
        }
        "gs" => {
            let builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(host).with_retry(retry);
            let endpoint = builder.get_config_value(&GoogleConfigKey::BaseUrl);
            let client = client.with_allow_http(is_plain(endpoint.as_deref()));
            let store = Arc::new(builder.with_client_options(client).build().map_err(refused)?);
            let direct = Direct { kind: Kind::Google, signer: store.clone(), multipart: store.clone() };
            Ok((store, direct, prefix))
        }
        "wasb" | "wasbs" | "abfs" | "abfss" => {
            let builder =
                MicrosoftAzureBuilder::from_env().with_url(format!("abfss://{host}/")).with_retry(retry);
            let endpoint = builder.get_config_value(&AzureConfigKey::Endpoint);
            let client = client.with_allow_http(is_plain(endpoint.as_deref()));
            let store = Arc::new(builder.with_client_options(client).build().map_err(refused)?);
            let direct = Direct { kind: Kind::Azure, signer: store.clone(), multipart: store.clone() };
            Ok((store, direct, prefix))
        }
        _ => Err(wrong()),
    }
}

/// Whether it goes unencrypted: whoever writes http:// for an endpoint wants it.
fn is_plain(endpoint: Option<&str>) -> bool {
    endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(uri: &str) -> Result<Path> {
        connect(&ArtifactConfig { uri: uri.to_owned(), ..ArtifactConfig::default() })
            .map(|(_, _, prefix)| prefix)
    }

    #[test]
    fn destinations_are_read() {
        for (uri, prefix) in [
            ("s3://bucket", ""),
            ("s3://bucket/a/b/", "a/b"),
            ("gs://bucket/p", "p"),
            ("wasbs://container@account.blob.core.windows.net/p", "p"),
            ("abfss://container@account.dfs.core.windows.net/p/q", "p/q"),
        ] {
            assert_eq!(open(uri).expect(uri).as_ref(), prefix, "{uri}");
        }
        for uri in [
            "s3:/bucket",
            "s3://",
            "s3:///p",
            "s3://b/a//b",
            "s3://b/../x",
            "s3://b?x=y",
            "ftp://h/p",
            "abfss://c/p",
        ] {
            let refused = open(uri).expect_err(uri);
            assert!(refused.message.contains(uri), "{refused}");
        }
    }
}
