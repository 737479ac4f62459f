-- Searches walk the runs that a param or a tag has in common in their default order, the latest run first: so its index
-- holds the run's start, which never changes. The start of the value is a column of its own: an
-- index over an expression does not spare the engines the row.

ALTER TABLE run_params
    ADD COLUMN started_at BIGINT,
    ADD COLUMN value_start TEXT COLLATE "C";
UPDATE run_params x SET started_at = r.started_at, value_start = substr(x.value, 1, 64)
FROM runs r
WHERE r.id = x.run_id;
ALTER TABLE run_params
    ALTER COLUMN started_at SET NOT NULL,
    ALTER COLUMN value_start SET NOT NULL,
    ADD CHECK (value_start = substr(value, 1, 64));
DROP INDEX run_params_value;
CREATE INDEX run_params_value ON run_params (experiment_id, key, value_start, started_at DESC, run_id);

ALTER TABLE run_tags
    ADD COLUMN started_at BIGINT,
    ADD COLUMN value_start TEXT COLLATE "C";
UPDATE run_tags x SET started_at = r.started_at, value_start = substr(x.value, 1, 64)
FROM runs r
WHERE r.id = x.run_id;
ALTER TABLE run_tags
    ALTER COLUMN started_at SET NOT NULL,
    ALTER COLUMN value_start SET NOT NULL,
    ADD CHECK (value_start = substr(value, 1, 64));
DROP INDEX run_tags_value;
CREATE INDEX run_tags_value ON run_tags (experiment_id, key, value_start, started_at DESC, run_id);

-- What searches ask of a run itself stands in the index that they walk.
DROP INDEX runs_started;
CREATE INDEX runs_started ON runs (experiment_id, started_at DESC, id)
    INCLUDE (deleted_at, status, ended_at, user_id, name);
