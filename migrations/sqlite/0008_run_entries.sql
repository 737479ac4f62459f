-- Searches walk the runs that a param or a tag has in common in their default order, the latest run first: so its index
-- holds the run's start, which never changes. The start of the value is a column of its own: an
-- index over an expression does not spare the engines the row.

ALTER TABLE run_params RENAME TO run_params_before;
CREATE TABLE run_params (
    run_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    experiment_id BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    value_start TEXT NOT NULL CHECK (value_start = substr(value, 1, 64)),
    PRIMARY KEY (run_id, key)
) WITHOUT ROWID;
INSERT INTO run_params (run_id, key, value, experiment_id, started_at, value_start)
SELECT x.run_id, x.key, x.value, x.experiment_id, r.started_at, substr(x.value, 1, 64)
FROM run_params_before x JOIN runs r ON r.id = x.run_id
ORDER BY x.run_id, x.key;
DROP TABLE run_params_before;
CREATE INDEX run_params_value ON run_params (experiment_id, key, value_start, started_at DESC, run_id);

ALTER TABLE run_tags RENAME TO run_tags_before;
CREATE TABLE run_tags (
    run_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    experiment_id BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    value_start TEXT NOT NULL CHECK (value_start = substr(value, 1, 64)),
    PRIMARY KEY (run_id, key)
) WITHOUT ROWID;
INSERT INTO run_tags (run_id, key, value, experiment_id, started_at, value_start)
SELECT x.run_id, x.key, x.value, x.experiment_id, r.started_at, substr(x.value, 1, 64)
FROM run_tags_before x JOIN runs r ON r.id = x.run_id
ORDER BY x.run_id, x.key;
DROP TABLE run_tags_before;
CREATE INDEX run_tags_value ON run_tags (experiment_id, key, value_start, started_at DESC, run_id);

-- What searches ask of a run itself stands in the index that they walk.
DROP INDEX runs_started;
CREATE INDEX runs_started ON runs (experiment_id, started_at DESC, id, deleted_at, status, ended_at, user_id, name);
