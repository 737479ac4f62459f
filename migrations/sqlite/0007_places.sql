-- Which place a location names, however it is spelt: one text for all its spellings, written by the program with the
-- location. What is empty is filled in by the program whenever it opens the database.
ALTER TABLE model_versions ADD COLUMN storage_place TEXT NOT NULL DEFAULT '';
ALTER TABLE experiments ADD COLUMN artifact_place TEXT NOT NULL DEFAULT '';
ALTER TABLE garbage ADD COLUMN place TEXT;

-- The start of the place only: it may be longer than an index entry can be.
DROP INDEX model_versions_storage;
CREATE INDEX model_versions_storage ON model_versions (substr(storage_place, 1, 512));
DROP INDEX experiments_location;
CREATE INDEX experiments_place ON experiments (substr(artifact_place, 1, 512));
CREATE INDEX garbage_place ON garbage (place);
