-- What is on its way out for good. The run, logged model or experiment itself is gone as soon as its row is here; this row
-- goes when its artifacts, and all that hung on it, are gone also. While it is here nothing can be registered from there.
CREATE TABLE garbage (
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    -- Where its artifacts lie below the artifact root; NULL = they are not to be removed.
    path TEXT COLLATE "C",
    PRIMARY KEY (kind, id)
);
CREATE INDEX garbage_path ON garbage (path);

-- Whatever was deleted is walked page by page.
DROP INDEX runs_deleted;
CREATE INDEX runs_deleted ON runs (deleted_at, id) WHERE deleted_at IS NOT NULL;
DROP INDEX logged_models_deleted;
CREATE INDEX logged_models_deleted ON logged_models (deleted_at, id) WHERE deleted_at IS NOT NULL;

-- Which experiments keep their artifacts inside others' artifacts? The start of the location only, as with versions.
CREATE INDEX experiments_location ON experiments (substr(artifact_location, 1, 512));
