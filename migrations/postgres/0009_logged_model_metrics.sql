-- Searches walk the logged models of an experiment in the order of a metric: its index holds their experiment, which
-- never changes.

ALTER TABLE logged_model_metrics ADD COLUMN experiment_id BIGINT;
UPDATE logged_model_metrics y SET experiment_id = l.experiment_id FROM logged_models l WHERE l.id = y.model_id;
ALTER TABLE logged_model_metrics ALTER COLUMN experiment_id SET NOT NULL;
CREATE INDEX logged_model_metrics_value ON logged_model_metrics (experiment_id, key, is_nan, value, model_id);
