//! The PostgreSQL cluster that the run was given: databases are created on it and dropped again.

use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls};

use crate::Result;

/// A connection to the cluster.
pub(crate) struct Cluster {
    uri: String,
    client: Client,
    _wires: JoinSet<()>,
}

impl Cluster {
    /// Connects to the database of a URI.
    pub(crate) async fn connect(uri: &str) -> Result<Self> {
        let mut wires = JoinSet::new();
        let (client, wire) = tokio_postgres::connect(uri, NoTls)
            .await
            .map_err(|e| format!("PostgreSQL cannot be reached: {e}"))?;
        wires.spawn(async {
            let _closed = wire.await;
        });
        Ok(Self { uri: uri.to_owned(), client, _wires: wires })
    }

    /// The URI of another database of the cluster.
    pub(crate) fn uri_of(&self, database: &str) -> String {
        let server = self.uri.rsplit_once('/').map_or(self.uri.as_str(), |(server, _)| server);
        format!("{server}/{database}")
    }

    /// A new, empty database; one of that name that an earlier run left behind goes.
    pub(crate) async fn create(&self, database: &str) -> Result<String> {
        self.drop(database).await?;
        self.client.batch_execute(&format!("CREATE DATABASE {database}")).await?;
        Ok(self.uri_of(database))
    }

    /// Drops a database, whoever is connected to it.
    pub(crate) async fn drop(&self, database: &str) -> Result<()> {
        Ok(self.client.batch_execute(&format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")).await?)
    }

    /// Runs statements.
    pub(crate) async fn run(&self, sql: &str) -> Result<()> {
        Ok(self.client.batch_execute(sql).await?)
    }

    /// Pairs of texts.
    pub(crate) async fn pairs(&self, sql: &str) -> Result<Vec<(String, String)>> {
        let rows = self.client.query(sql, &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}
