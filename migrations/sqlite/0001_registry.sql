-- The registry: models, versions, what hangs on them, stage definitions, and the event log.
-- Times are Unix milliseconds. Rows refer to a model by its id: a name can be given away.

CREATE TABLE registry (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    -- The stage definitions in force; 0 = the built-in ones.
    revision BIGINT NOT NULL,
    -- The registry's own event chain.
    head_sequence BIGINT NOT NULL,
    head_hash TEXT NOT NULL,
    head_at BIGINT NOT NULL,
    -- Added to transaction numbers to get an event's place in the feed (PostgreSQL; see lift_event_commit_order).
    commit_offset BIGINT NOT NULL
);
INSERT INTO registry (id, revision, head_sequence, head_hash, head_at, commit_offset)
VALUES (1, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0, 0);

CREATE TABLE registered_models (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- Its own tags mark it as a prompt.
    is_prompt BOOLEAN NOT NULL,
    -- The tags of one of its versions do.
    holds_prompts BOOLEAN NOT NULL,
    -- The highest version number it ever had.
    last_version BIGINT NOT NULL,
    -- Deleted models stay as rows: their events go on telling what they were.
    deleted_at BIGINT,
    head_sequence BIGINT NOT NULL,
    head_hash TEXT NOT NULL,
    head_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX registered_models_name ON registered_models (name) WHERE deleted_at IS NULL;
CREATE INDEX registered_models_updated ON registered_models (updated_at, name) WHERE deleted_at IS NULL;

CREATE TABLE registered_model_tags (
    model_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model_id, key)
) WITHOUT ROWID;
-- The start of the value only: values may be longer than an index entry can be.
CREATE INDEX registered_model_tags_value ON registered_model_tags (key, substr(value, 1, 64));

CREATE TABLE registered_model_aliases (
    model_id TEXT NOT NULL,
    alias TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (model_id, alias)
) WITHOUT ROWID;
CREATE INDEX registered_model_aliases_version ON registered_model_aliases (model_id, version);

CREATE TABLE model_versions (
    model_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- The model's name; a rename touches every version anyway (MLflow bumps their timestamps).
    name TEXT NOT NULL,
    stage TEXT NOT NULL,
    stage_since BIGINT NOT NULL,
    stage_by TEXT NOT NULL,
    description TEXT,
    source TEXT NOT NULL,
    storage_location TEXT NOT NULL,
    run_id TEXT,
    run_link TEXT,
    logged_model_id TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (model_id, version)
) WITHOUT ROWID;
CREATE INDEX model_versions_stage ON model_versions (model_id, stage, version);
CREATE INDEX model_versions_name_updated ON model_versions (name, updated_at, version);
CREATE INDEX model_versions_name_version ON model_versions (name, version);
CREATE INDEX model_versions_updated ON model_versions (updated_at);
CREATE INDEX model_versions_created ON model_versions (created_at);
CREATE INDEX model_versions_run ON model_versions (run_id);

CREATE TABLE model_version_tags (
    model_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model_id, version, key)
) WITHOUT ROWID;
CREATE INDEX model_version_tags_value ON model_version_tags (key, substr(value, 1, 64));

CREATE TABLE stage_definitions (
    revision BIGINT PRIMARY KEY,
    document TEXT NOT NULL,
    applied_by TEXT NOT NULL,
    applied_at BIGINT NOT NULL
);

CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    -- With number, the place in the feed.
    commit_order BIGINT NOT NULL DEFAULT 0,
    chain TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    kind TEXT NOT NULL,
    model TEXT,
    version BIGINT,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    before_state TEXT,
    after_state TEXT,
    comment TEXT,
    cause BIGINT,
    revision BIGINT,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE UNIQUE INDEX events_chain ON events (chain, sequence);
CREATE INDEX events_feed ON events (commit_order, number);
-- What moved versions: a stage's content at any time is told from these.
CREATE INDEX events_moves ON events (chain, sequence)
WHERE kind IN ('model_version.created', 'model_version.transitioned', 'model_version.deleted');
CREATE INDEX events_version ON events (chain, version, sequence) WHERE version IS NOT NULL;
