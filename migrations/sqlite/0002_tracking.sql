-- Tracking: experiments, runs and what they log, datasets, logged models.
-- Times are Unix milliseconds. A metric value that is not a number is 0 with is_nan set: one engine has no NaN, the
-- other sorts it above everything. What is deleted keeps its row until it is collected as garbage.

CREATE TABLE tracking (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    -- The highest experiment id ever given.
    last_experiment BIGINT NOT NULL
);
INSERT INTO tracking (id, last_experiment) VALUES (1, 0);

CREATE TABLE experiments (
    id BIGINT PRIMARY KEY,
    -- Unique among the deleted ones also: MLflow restores by id and must find the name free.
    name TEXT NOT NULL,
    artifact_location TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX experiments_name ON experiments (name);
CREATE INDEX experiments_created ON experiments (created_at DESC, id);
CREATE INDEX experiments_updated ON experiments (updated_at, id);

CREATE TABLE experiment_tags (
    experiment_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (experiment_id, key)
) WITHOUT ROWID;

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    experiment_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    user_id TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    artifact_uri TEXT NOT NULL,
    deleted_at BIGINT
) WITHOUT ROWID;
CREATE INDEX runs_started ON runs (experiment_id, started_at DESC, id);
CREATE INDEX runs_name ON runs (experiment_id, name, started_at DESC, id);
CREATE INDEX runs_deleted ON runs (deleted_at) WHERE deleted_at IS NOT NULL;

-- What a run logged carries the run's experiment, which never changes, so that a search in one experiment walks one index.
CREATE TABLE run_tags (
    run_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    experiment_id BIGINT NOT NULL,
    PRIMARY KEY (run_id, key)
) WITHOUT ROWID;
CREATE INDEX run_tags_value ON run_tags (experiment_id, key, substr(value, 1, 64));

CREATE TABLE run_params (
    run_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    experiment_id BIGINT NOT NULL,
    PRIMARY KEY (run_id, key)
) WITHOUT ROWID;
CREATE INDEX run_params_value ON run_params (experiment_id, key, substr(value, 1, 64));

-- One metric of one run, with its latest point: the one of the greatest (step, timestamp, value).
CREATE TABLE run_metrics (
    number INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    is_nan BOOLEAN NOT NULL,
    timestamp BIGINT NOT NULL,
    step BIGINT NOT NULL,
    experiment_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX run_metrics_run ON run_metrics (run_id, key);
CREATE INDEX run_metrics_value ON run_metrics (experiment_id, key, is_nan, value, run_id);

-- The same point logged twice is one point.
CREATE TABLE run_metric_points (
    metric BIGINT NOT NULL,
    timestamp BIGINT NOT NULL,
    step BIGINT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    is_nan BOOLEAN NOT NULL,
    PRIMARY KEY (metric, timestamp, step, value, is_nan)
) WITHOUT ROWID;
CREATE INDEX run_metric_points_step ON run_metric_points (metric, step, timestamp);

CREATE TABLE datasets (
    id TEXT PRIMARY KEY,
    experiment_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source TEXT NOT NULL,
    schema TEXT,
    profile TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX datasets_digest ON datasets (experiment_id, name, digest);

CREATE TABLE run_datasets (
    run_id TEXT NOT NULL,
    dataset_id TEXT NOT NULL,
    -- The order in which the run took them in.
    position BIGINT NOT NULL,
    PRIMARY KEY (run_id, dataset_id)
) WITHOUT ROWID;
CREATE INDEX run_datasets_dataset ON run_datasets (dataset_id);

CREATE TABLE run_dataset_tags (
    run_id TEXT NOT NULL,
    dataset_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run_id, dataset_id, key)
) WITHOUT ROWID;

-- The logged models that a run took in or brought forth.
CREATE TABLE run_models (
    run_id TEXT NOT NULL,
    model_id TEXT NOT NULL,
    is_output BOOLEAN NOT NULL,
    step BIGINT NOT NULL,
    PRIMARY KEY (run_id, is_output, model_id)
) WITHOUT ROWID;
CREATE INDEX run_models_model ON run_models (model_id);

CREATE TABLE logged_models (
    id TEXT PRIMARY KEY,
    experiment_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    model_type TEXT NOT NULL,
    source_run_id TEXT NOT NULL,
    status TEXT NOT NULL,
    status_message TEXT,
    artifact_uri TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
) WITHOUT ROWID;
CREATE INDEX logged_models_created ON logged_models (experiment_id, created_at DESC, id);
CREATE INDEX logged_models_name ON logged_models (experiment_id, name, created_at DESC, id);
CREATE INDEX logged_models_run ON logged_models (source_run_id);
CREATE INDEX logged_models_deleted ON logged_models (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE logged_model_tags (
    model_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model_id, key)
) WITHOUT ROWID;

CREATE TABLE logged_model_params (
    model_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model_id, key)
) WITHOUT ROWID;

-- The latest point of each metric that a run logged for a model, per dataset ('' = none).
CREATE TABLE logged_model_metrics (
    model_id TEXT NOT NULL,
    key TEXT NOT NULL,
    run_id TEXT NOT NULL,
    dataset_name TEXT NOT NULL,
    dataset_digest TEXT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    is_nan BOOLEAN NOT NULL,
    timestamp BIGINT NOT NULL,
    step BIGINT NOT NULL,
    PRIMARY KEY (model_id, key, run_id, dataset_name, dataset_digest)
) WITHOUT ROWID;
