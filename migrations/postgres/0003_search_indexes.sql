-- Searches walk these in their whole order, so that a page begins anywhere and nothing is sorted, also where one time
-- stands in thousands of rows (a rename touches every version of its model).

DROP INDEX model_versions_updated;
CREATE INDEX model_versions_updated ON model_versions (updated_at DESC, name, version DESC);
DROP INDEX model_versions_created;
CREATE INDEX model_versions_created ON model_versions (created_at DESC, name, version DESC);
DROP INDEX model_versions_name_version;
CREATE INDEX model_versions_name_version ON model_versions (name, version DESC);
DROP INDEX registered_models_updated;
CREATE INDEX registered_models_updated ON registered_models (updated_at DESC, name) WHERE deleted_at IS NULL;

-- Which versions came from here? Sources have 500 characters at most.
CREATE INDEX model_versions_source ON model_versions (source);
