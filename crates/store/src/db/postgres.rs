//! PostgreSQL: a pool of connections, one closure per connection at a time, whole closures run again
//! when the server asks for it. Several Greenroom processes may share one database.

use std::str::FromStr;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use futures_util::future::BoxFuture;
use greenroom_core::{Error, Result};
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;

use super::tx::{Causes, Tx};
use super::{DbConfig, hide, migrate, tls, unavailable};

/// How often a closure is run before a conflict is reported.
const ATTEMPTS: usize = 8;
/// How long a request waits for a connection.
const WAIT: std::time::Duration = std::time::Duration::from_secs(10);

#[derive(Clone, Debug)]
pub(super) struct Postgres {
    pool: Pool,
}

impl Postgres {
    pub(super) async fn open(config: &DbConfig) -> Result<Self> {
        // SQLAlchemy's driver suffix is welcome: people paste the URI they gave to `mlflow server`.
        let uri = config.uri.replacen("postgresql+psycopg2://", "postgresql://", 1).replacen(
            "postgresql+psycopg://",
            "postgresql://",
            1,
        );
        let wanted = tls::read(&uri)?;
        let mut settings = tokio_postgres::Config::from_str(&wanted.uri)
            .map_err(|e| Error::invalid(format!("The database URI cannot be read: {e}. It must look like postgresql://user:password@host:5432/database.")))?;
        settings.application_name("greenroom");
        settings.connect_timeout(WAIT);
        // Every query here is written as a handful of index walks, from the side that is the smaller one. A planner
        // that misjudges how many rows come would rather read a table whole, or build a hash or a bitmap of it.
        settings.options(
            "-c max_parallel_workers_per_gather=0 -c jit=off -c enable_seqscan=off -c enable_bitmapscan=off \
             -c enable_hashjoin=off -c enable_mergejoin=off",
        );
        let recycle = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = if wanted.tls {
            settings.ssl_mode(SslMode::Require);
            Manager::from_config(settings, wanted.connector()?, recycle)
        } else {
            settings.ssl_mode(SslMode::Disable);
            Manager::from_config(settings, NoTls, recycle)
        };
        let timeouts = Timeouts { wait: Some(WAIT), create: Some(WAIT), recycle: Some(WAIT) };
        let pool = Pool::builder(manager)
            .max_size(config.pool_size)
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|e| hide("the connection pool cannot be built", &e))?;
        let mut first = pool.get().await.map_err(|e| {
            let causes = Causes(&e);
            tracing::error!(error = %causes, "PostgreSQL cannot be reached");
            let message = format!("PostgreSQL cannot be reached: {causes}");
            Error::new(greenroom_core::ErrorCode::TemporarilyUnavailable, message)
        })?;
        migrate::postgres(&mut first).await?;
        Ok(Self { pool })
    }

    pub(super) async fn read<P, T, F>(&self, params: &P, job: &F) -> Result<T>
    where
        F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>> + Send + Sync,
        P: Send + Sync,
        T: Send,
    {
        let client = self.get().await?;
        let mut tx = Tx::postgres(&client);
        job(&mut tx, params).await
    }

    pub(super) async fn write<P, T, F>(&self, params: &P, job: &F) -> Result<T>
    where
        F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>> + Send + Sync,
        P: Send + Sync,
        T: Send,
    {
        let mut attempt = 1;
        loop {
            let mut open = OpenTransaction(Some(self.get().await?));
            let client = open.client();
            // Whatever the cluster's default is: who has waited for a lock must see what the other one wrote.
            client
                .batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED")
                .await
                .map_err(|e| unavailable(&Causes(&e)))?;
            let mut tx = Tx::postgres(client);
            let outcome = job(&mut tx, params).await;
            let (retry, failed) = (tx.retry, tx.failed);
            let outcome = match outcome {
                Ok(_) if failed => {
                    Err(hide("a closure went on after a failed statement", &"nothing was committed"))
                }
                other => other,
            };
            let end = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
            let ended = client.batch_execute(end).await;
            match (outcome, ended) {
                (Ok(value), Ok(())) => {
                    open.finish();
                    return Ok(value);
                }
                // Whether it was committed is unknown; the connection goes.
                (Ok(_), Err(error)) => return Err(unavailable(&Causes(&error))),
                (Err(error), ended) => {
                    if ended.is_ok() {
                        open.finish();
                    }
                    if !retry || attempt == ATTEMPTS {
                        return Err(error);
                    }
                    attempt += 1;
                }
            }
        }
    }

    pub(super) fn close(&self) {
        self.pool.close();
    }

    async fn get(&self) -> Result<Object> {
        self.pool.get().await.map_err(|e| unavailable(&Causes(&e)))
    }
}

/// A connection with an open transaction. When it is dropped before its end (the caller went away), it is
/// closed instead of going back to the pool, and PostgreSQL rolls back.
struct OpenTransaction(Option<Object>);

impl OpenTransaction {
    fn client(&self) -> &deadpool_postgres::ClientWrapper {
        self.0.as_ref().expect("finished only at its end")
    }

    /// Ended: back to the pool.
    fn finish(&mut self) {
        drop(self.0.take());
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            drop(Object::take(object));
        }
    }
}
