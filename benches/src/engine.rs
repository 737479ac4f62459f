//! The engines' own rates: one small durable commit at a time in `SQLite`, and the statements of each
//! write through pgbench in PostgreSQL.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::bench::{Bench, Subject};
use crate::bulk::{self, Shape};
use crate::process::Process;
use crate::registry::{Call, Registry};
use crate::{Result, statistics};

/// Commits per second of one connection that inserts one small row a commit: the journal and the
/// durability that the server asks for.
pub(crate) fn sqlite_commits(bench: &Bench) -> Result<f64> {
    let connection = rusqlite::Connection::open(bench.file("commits.db"))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 4000;
         CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);",
    )?;
    let mut insert = connection.prepare("INSERT INTO notes (text) VALUES ('a small row')")?;
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < bench.sizes.measure {
        insert.execute([])?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

/// A database for pgbench: the server's schema and the same registry, filled directly.
pub(crate) async fn postgres_database(bench: &Bench, registry: Registry) -> Result<String> {
    let uri = bench.database(Subject::Postgres, "pgbench").await?;
    bench.start(Subject::Postgres, &uri).await?.process.stop().await?;
    bulk::fill(&uri, &[Shape { first: 0, models: registry.models, versions: registry.versions }]).await?;
    Ok(uri)
}

/// pgbench, from PATH or where Debian keeps it.
pub(crate) fn pgbench() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin/pgbench")).collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path).map(|folder| folder.join("pgbench")));
    found.into_iter().find(|file| file.is_file())
}

/// Transactions per second of pgbench with the statements of a write, over all models or one.
pub(crate) async fn pgbench_rate(
    bench: &Bench,
    program: &std::path::Path,
    uri: &str,
    registry: Registry,
    call: Call,
    clients: usize,
) -> Result<Option<f64>> {
    let script = bench.file("write.sql");
    std::fs::write(&script, statements(call, registry))?;
    let log = bench.file("pgbench.log");
    // pgbench counts in whole seconds.
    let seconds = bench.sizes.measure.as_secs().max(1);
    let mut command = Command::new(program);
    command
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=1", "--client"])
        .args([clients.to_string(), "--time".to_owned(), seconds.to_string(), "--file".to_owned()])
        .arg(&script)
        .arg(uri);
    let mut process = Process::start(command, &log)?;
    process.wait(Duration::from_secs(seconds + 60)).await?;
    let told = std::fs::read_to_string(&log)?;
    let rate = told.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    if rate.is_none() {
        crate::report::say(&format!(
            "pgbench said nothing of use: {}",
            told.lines().last().unwrap_or_default()
        ))?;
    }
    Ok(rate)
}

/// The statements that the server sends for a write, in its order, as a pgbench script.
fn statements(call: Call, registry: Registry) -> String {
    let Registry { models, versions } = registry;
    let last = models - 1;
    let begin = format!(
        "\\set m random(0, {last})
\\set v random(1, {versions})
\\set turn random(1, 1000000)
BEGIN;
"
    );
    let revision = "SELECT revision FROM registry WHERE id = 1 \\gset\n";
    let model = "SELECT m.id, m.name, m.description, m.created_by, m.created_at, m.updated_at, m.is_prompt, \
         m.last_version + 1 AS number, m.head_sequence + 1 AS sequence, m.head_hash, m.head_at, m.deleted_at
FROM registered_models m
WHERE m.name = 'model-' || substr(CAST(1000000 + :m AS TEXT), 2) AND m.deleted_at IS NULL
FOR UPDATE \\gset\n";
    let version = "SELECT v.model_id, v.version, v.name, v.stage, v.stage_since, v.stage_by, v.source, \
         v.storage_location, v.created_by, v.created_at, v.updated_at AS changed
FROM model_versions v
WHERE v.name = :name AND v.version = :v \\gset\n";
    let hash = "0123456789abcdef".repeat(4);
    let event = format!(
        "INSERT INTO events (chain, sequence, kind, model, version, at, actor, user_agent, before_state, after_state,
    previous_hash, hash)
VALUES (:id, :sequence, '{}', :name, :v, 1, 'anonymous', 'pgbench', '{{\"stage\":\"None\"}}',
    '{{\"stage\":\"Staging\"}}', :head_hash, '{hash}');\n",
        if call == Call::SetTag { "model_version_tag.set" } else { "model_version.transitioned" }
    );
    let save = |last_version: &str| {
        format!(
            "UPDATE registered_models SET name = :name, updated_at = :turn, last_version = {last_version},
    head_sequence = :sequence, head_hash = '{hash}', head_at = 1
WHERE id = :id;\n"
        )
    };
    let children =
        "SELECT key, value FROM model_version_tags WHERE model_id = :id AND version = :v ORDER BY key;
SELECT alias FROM registered_model_aliases WHERE model_id = :id AND version = :v ORDER BY alias;\n";
    let body = match call {
        Call::Create => format!(
            "{model}{revision}INSERT INTO model_versions
    (model_id, version, name, stage, stage_since, stage_by, description, source, storage_location, run_id,
    created_by, created_at, updated_at)
VALUES (:id, :number, :name, 'None', 1, 'anonymous', '', 's3://models/next', 's3://models/next', '', 'anonymous', :turn, :turn);
INSERT INTO model_version_tags (model_id, version, key, value) VALUES (:id, :number, 'owner', 'team-1')
ON CONFLICT (model_id, version, key) DO UPDATE SET value = excluded.value;
{event}{}",
            save(":number")
        ),
        Call::SetTag => format!(
            "{model}{version}SELECT key, value FROM model_version_tags
WHERE model_id = :id AND version = :v AND key = 'reviewed';
INSERT INTO model_version_tags (model_id, version, key, value) VALUES (:id, :v, 'reviewed', CAST(:turn AS TEXT))
ON CONFLICT (model_id, version, key) DO UPDATE SET value = excluded.value;
{event}{}",
            save(":number - 1")
        ),
        _ => format!(
            "{revision}{model}{version}{revision}SELECT COUNT(*) FROM model_versions
WHERE model_id = :id AND stage = 'Production' AND version <> :v;
SELECT version, stage_since, stage_by FROM model_versions
WHERE model_id = :id AND stage = 'Production' AND version <> :v
ORDER BY version DESC LIMIT 3;
UPDATE model_versions SET stage = CASE WHEN :turn % 2 = 0 THEN 'Staging' ELSE 'Production' END,
    stage_since = :turn, stage_by = 'anonymous', updated_at = :turn
WHERE model_id = :id AND version = :v;
{event}{}{children}",
            save(":number - 1")
        ),
    };
    format!("{begin}{body}COMMIT;\n")
}

/// For the report.
pub(crate) fn told(rate: Option<f64>) -> String {
    rate.map_or_else(|| "-".to_owned(), statistics::count)
}
