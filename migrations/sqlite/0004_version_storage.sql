-- Which versions hold the files at a location: asked before such files are overwritten or removed.
-- The start of the location only: it may be longer than an index entry can be.
CREATE INDEX model_versions_storage ON model_versions (substr(storage_location, 1, 512));
