//! Where artifacts live: a location per experiment, and below it one per run and per logged model.

/// What the operator decided about artifacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactPolicy {
    /// A new experiment's artifacts go below it, in a folder named by the experiment's id.
    /// `mlflow-artifacts:/` = this server hands them through.
    pub default_root: String,
}

impl Default for ArtifactPolicy {
    fn default() -> Self {
        Self { default_root: "mlflow-artifacts:/".to_owned() }
    }
}

impl ArtifactPolicy {
    /// The location of an experiment that asked for none.
    pub fn of_experiment(&self, experiment_id: i64) -> String {
        below(&self.default_root, &experiment_id.to_string())
    }
}

/// The location of a run's artifacts in its experiment's (MLflow's layout).
pub fn of_run(experiment_location: &str, run_id: &str) -> String {
    below(experiment_location, &format!("{run_id}/artifacts"))
}

/// The location of a logged model's artifacts in its experiment's (MLflow's layout).
pub fn of_logged_model(experiment_location: &str, model_id: &str) -> String {
    below(experiment_location, &format!("models/{model_id}/artifacts"))
}

/// A URI with a path added; a query stays at the end.
fn below(uri: &str, path: &str) -> String {
    let (uri, query) = uri.split_at(uri.find('?').unwrap_or(uri.len()));
    format!("{}/{path}{query}", uri.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_nest() {
        assert_eq!(ArtifactPolicy::default().of_experiment(7), "mlflow-artifacts:/7");
        assert_eq!(of_run("mlflow-artifacts:/7", "r"), "mlflow-artifacts:/7/r/artifacts");
        assert_eq!(of_run("s3://b/7/?region=eu", "r"), "s3://b/7/r/artifacts?region=eu");
        assert_eq!(of_logged_model("/data/7", "m-1"), "/data/7/models/m-1/artifacts");
    }
}
