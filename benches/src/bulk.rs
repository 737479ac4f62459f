//! Large registries, written straight into the tables: one set of SQL texts for both engines. What fills other
//! tables goes the same way.
//!
//! The rows keep what reads rely on (version counters, names beside ids, an event chain that has not
//! begun); the event log is bypassed. Nothing but the schema is the server's here.

use rusqlite::Connection;

use crate::Result;
use crate::postgres::Cluster;

/// Times start here (Unix milliseconds).
pub(crate) const EPOCH: i64 = 1_750_000_000_000;
/// Rare tags, however large the registry.
const CANARIES: usize = 5;

/// Models of one size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// The number of the first one.
    pub(crate) first: usize,
    /// How many.
    pub(crate) models: usize,
    /// Versions of each.
    pub(crate) versions: usize,
}

impl Shape {
    /// Model and version at a place of the default order of searches, the most recent first.
    pub(crate) fn at(self, place: usize) -> (usize, usize, i64) {
        let turn = self.models * self.versions - 1 - place;
        let updated = EPOCH + 1000 * i64::try_from(turn).unwrap_or(0);
        (self.first + turn % self.models, turn / self.models + 1, updated)
    }

    /// The statements that write it. Versions rise in turns over all models, each a second after the last:
    /// neighbours in time are neighbours in no table.
    fn statements(self) -> Vec<String> {
        let Self { first, models, versions } = self;
        let all = models * versions;
        let rare = (all / CANARIES).max(1);
        let zeros = "0".repeat(64);
        let id = format!(
            "'00000000-0000-7000-8000-' || substr(CAST(1000000000000 + {first} + n / {versions} AS TEXT), 2)"
        );
        let name = format!("'model-' || substr(CAST(1000000 + {first} + n / {versions} AS TEXT), 2)");
        let number = format!("n % {versions} + 1");
        let at = format!("{EPOCH} + 1000 * ((n % {versions}) * {models} + n / {versions})");
        let (each_model, each_version) = (numbers(0, all, versions), numbers(0, all, 1));
        vec![
            format!(
                "INSERT INTO registered_models (id, name, description, created_by, created_at, updated_at, is_prompt,
                     holds_prompts, last_version, head_sequence, head_hash, head_at)
                 {each_model}
                 SELECT {id}, {name}, '', 'anonymous', {EPOCH}, {EPOCH} + n, FALSE, FALSE, {versions}, 0, '{zeros}', 0
                 FROM numbers"
            ),
            format!(
                "INSERT INTO registered_model_aliases (model_id, alias, version)
                 {each_model} SELECT {id}, 'champion', {} FROM numbers",
                versions.div_ceil(2)
            ),
            format!(
                "INSERT INTO model_versions (model_id, version, name, stage, stage_since, stage_by, description,
                     source, storage_location, run_id, created_by, created_at, updated_at)
                 {each_version}
                 SELECT {id}, {number}, {name},
                     CASE WHEN {number} = {versions} - 2 THEN 'Production' WHEN {number} = {versions} - 1 THEN 'Staging'
                          WHEN {number} <= {versions} / 2 THEN 'Archived' ELSE 'None' END,
                     {at}, 'anonymous', '', 's3://models/' || {name} || '/' || CAST({number} AS TEXT),
                     's3://models/' || {name} || '/' || CAST({number} AS TEXT), '', 'anonymous', {at}, {at}
                 FROM numbers"
            ),
            format!(
                "INSERT INTO model_version_tags (model_id, version, key, value)
                 {each_version} SELECT {id}, {number}, 'commit', CAST(100000000 + n AS TEXT) FROM numbers"
            ),
            format!(
                "INSERT INTO model_version_tags (model_id, version, key, value)
                 {each_version} SELECT {id}, {number}, 'owner', 'team-' || CAST((n / {versions} + n % {versions}) % 10 AS TEXT) FROM numbers"
            ),
            format!(
                "INSERT INTO model_version_tags (model_id, version, key, value)
                 {} SELECT {id}, {number}, 'canary', 'yes' FROM numbers",
                numbers(0, all, rare)
            ),
        ]
    }
}

/// The head of a statement that inserts something for every `n` from `first` to before `end`.
pub(crate) fn numbers(first: usize, end: usize, step: usize) -> String {
    format!(
        "WITH RECURSIVE numbers (n) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT n + {step} FROM numbers \
         WHERE n + {step} < {end})"
    )
}

/// Fills a database that the server has created and left.
pub(crate) async fn fill(uri: &str, shapes: &[Shape]) -> Result<()> {
    write(uri, shapes.iter().flat_map(|shape| shape.statements()).collect()).await
}

/// Runs statements that write many rows into a database that its server has left.
pub(crate) async fn write(uri: &str, statements: Vec<String>) -> Result<()> {
    if let Some(path) = uri.strip_prefix("sqlite:///") {
        let path = path.to_owned();
        return tokio::task::spawn_blocking(move || fill_sqlite(&path, &statements)).await?;
    }
    let database = Cluster::connect(uri).await?;
    database
        .run("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'")
        .await?;
    let indexes = database.pairs(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.schemaname = 'public'
         AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
    );
    let indexes = indexes.await?;
    for (name, _) in &indexes {
        database.run(&format!("DROP INDEX {name}")).await?;
    }
    for statement in &statements {
        database.run(statement).await?;
    }
    for (_, definition) in &indexes {
        database.run(definition).await?;
    }
    // What the server of a cluster does by itself within minutes.
    database.run("VACUUM ANALYZE").await?;
    database.run("CHECKPOINT").await
}

fn fill_sqlite(path: &str, statements: &[String]) -> Result<()> {
    let connection = Connection::open(path)?;
    // Whoever made the database chose it.
    let journal: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY;",
    )?;
    let indexes: Vec<(String, String)> = connection
        .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    connection.execute_batch("BEGIN")?;
    for (name, _) in &indexes {
        connection.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    for statement in statements {
        connection.execute_batch(statement)?;
    }
    for (_, definition) in &indexes {
        connection.execute_batch(definition)?;
    }
    connection.execute_batch(&format!("COMMIT; PRAGMA journal_mode = {journal};"))?;
    let file = std::fs::File::open(path)?;
    Ok(file.sync_all()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_row_is_where_it_was_written() {
        let shape = Shape { first: 3, models: 10, versions: 100 };
        assert_eq!(shape.at(0), (12, 100, EPOCH + 999_000));
        assert_eq!(shape.at(999), (3, 1, EPOCH));
        assert_eq!(shape.at(10), (12, 99, EPOCH + 989_000));
    }
}
