//! Both dialects lead to the same tables, columns and indexes.

use std::collections::BTreeSet;

use crate::harness::{Database, Engine};

type Set = BTreeSet<Vec<String>>;

async fn told(database: &Database, sql: &str) -> Set {
    let rows = database.sql(sql).await;
    rows.into_iter().map(|row| row.into_iter().map(Option::unwrap_or_default).collect()).collect()
}

const SQLITE_COLUMNS: &str = "SELECT t.name, c.name,
        CASE c.type WHEN 'INTEGER' THEN 'BIGINT' ELSE c.type END,
        CASE WHEN c.\"notnull\" OR c.pk > 0 THEN 'NOT NULL' ELSE 'NULL' END
    FROM sqlite_master t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";

/// The table that counts migrations has no counterpart: `SQLite` keeps the number in its header.
const POSTGRES_COLUMNS: &str = "SELECT table_name, column_name, upper(data_type),
        CASE is_nullable WHEN 'NO' THEN 'NOT NULL' ELSE 'NULL' END
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'greenroom_schema'";

const SQLITE_INDEXES: &str = "SELECT i.tbl_name, i.name, l.\"unique\", l.partial,
        (SELECT group_concat(coalesce(x.name, 'expression'), ',')
         FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) x)
    FROM sqlite_master i JOIN pragma_index_list(i.tbl_name) l ON l.name = i.name
    WHERE i.type = 'index' AND i.name NOT LIKE 'sqlite_%'";

const POSTGRES_INDEXES: &str = "SELECT t.relname, i.relname, CAST(CAST(x.indisunique AS int) AS text),
        CASE WHEN x.indpred IS NULL THEN '0' ELSE '1' END,
        (SELECT string_agg(coalesce(a.attname, 'expression'), ',' ORDER BY k.place)
         FROM unnest(CAST(x.indkey AS smallint[])) WITH ORDINALITY k (number, place)
         LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number AND k.number > 0)
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE n.nspname = 'public' AND NOT x.indisprimary AND t.relname <> 'greenroom_schema'";

const SQLITE_KEYS: &str = "SELECT t.name, c.name, c.pk
    FROM sqlite_master t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.pk > 0";

const POSTGRES_KEYS: &str = "SELECT t.relname, a.attname, k.place
    FROM pg_index x
    JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    CROSS JOIN unnest(CAST(x.indkey AS smallint[])) WITH ORDINALITY k (number, place)
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
    WHERE n.nspname = 'public' AND x.indisprimary AND t.relname <> 'greenroom_schema'";

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_indexes() {
    let told = async |engine, queries: [&'static str; 3]| {
        let database = Database::create(engine).await;
        database.open().await.close().await;
        let mut answers = Vec::new();
        for query in queries {
            answers.push(told(&database, query).await);
        }
        database.dispose().await;
        answers
    };

    let sqlite = told(Engine::Sqlite, [SQLITE_COLUMNS, SQLITE_INDEXES, SQLITE_KEYS]).await;
    let postgres = told(Engine::Postgres, [POSTGRES_COLUMNS, POSTGRES_INDEXES, POSTGRES_KEYS]).await;

    for (what, (ours, theirs)) in ["columns", "indexes", "keys"].into_iter().zip(sqlite.iter().zip(&postgres))
    {
        assert!(!ours.is_empty());
        let only = |a: &Set, b: &Set| a.difference(b).cloned().collect::<Vec<_>>();
        assert_eq!(
            (only(ours, theirs), only(theirs, ours)),
            (Vec::new(), Vec::new()),
            "{what} that only SQLite has, and that only PostgreSQL has"
        );
    }
}
