-- What a version's artifacts were when it was registered, and what later looks at them found.
-- Only versions whose artifacts lie below this server's own artifact root have a row.

CREATE TABLE version_digests (
    model_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    -- Where its artifacts lie below the artifact root.
    path TEXT COLLATE "C" NOT NULL,
    -- pending, recorded, mismatch; none = nothing was there to look at.
    state TEXT COLLATE "C" NOT NULL,
    -- What was recorded first; it never changes.
    digest TEXT COLLATE "C",
    recorded_at BIGINT,
    checked_at BIGINT,
    -- When to look (again); NULL = no need to. Who takes it on moves it by a lease, so that nobody else does.
    due_at BIGINT,
    PRIMARY KEY (model_id, version)
);
CREATE INDEX version_digests_due ON version_digests (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX version_digests_path ON version_digests (path);

-- A logged model tells which versions came from it.
CREATE INDEX model_versions_logged_model ON model_versions (logged_model_id, name, version)
WHERE logged_model_id IS NOT NULL;
