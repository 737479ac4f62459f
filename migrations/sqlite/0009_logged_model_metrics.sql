-- Searches walk the logged models of an experiment in the order of a metric: its index holds their experiment, which
-- never changes.

ALTER TABLE logged_model_metrics RENAME TO logged_model_metrics_before;
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
    experiment_id BIGINT NOT NULL,
    PRIMARY KEY (model_id, key, run_id, dataset_name, dataset_digest)
) WITHOUT ROWID;
INSERT INTO logged_model_metrics
    (model_id, key, run_id, dataset_name, dataset_digest, value, is_nan, timestamp, step, experiment_id)
SELECT y.model_id, y.key, y.run_id, y.dataset_name, y.dataset_digest, y.value, y.is_nan, y.timestamp, y.step,
       l.experiment_id
FROM logged_model_metrics_before y JOIN logged_models l ON l.id = y.model_id
ORDER BY y.model_id, y.key, y.run_id, y.dataset_name, y.dataset_digest;
DROP TABLE logged_model_metrics_before;
CREATE INDEX logged_model_metrics_value ON logged_model_metrics (experiment_id, key, is_nan, value, model_id);
