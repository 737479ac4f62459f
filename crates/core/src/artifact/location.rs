//! Where artifacts live: a location per experiment, and below it one per run and per logged model.

/// The location of a run's artifacts in its experiment's (MLflow's layout).
pub fn of_run(experiment_location: &str, run_id: &str) -> String {
    below(experiment_location, &format!("{run_id}/artifacts"))
}

/// The location of a logged model's artifacts in its experiment's (MLflow's layout).
pub fn of_logged_model(experiment_location: &str, model_id: &str) -> String {
    below(experiment_location, &format!("models/{model_id}/artifacts"))
}

/// The location of what lies at `path` (plain, relative, may be empty) in another one.
pub fn of_path(location: &str, path: &str) -> String {
    if path.is_empty() { location.to_owned() } else { below(location, path) }
}

/// A URI with a path added; a query stays at the end.
pub(super) fn below(uri: &str, path: &str) -> String {
    let (uri, query) = uri.split_at(uri.find('?').unwrap_or(uri.len()));
    format!("{}/{path}{query}", uri.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_nest() {
        assert_eq!(below("mlflow-artifacts:/", "7"), "mlflow-artifacts:/7");
        assert_eq!(of_run("mlflow-artifacts:/7", "r"), "mlflow-artifacts:/7/r/artifacts");
        assert_eq!(of_run("s3://b/7/?region=eu", "r"), "s3://b/7/r/artifacts?region=eu");
        assert_eq!(of_logged_model("/data/7", "m-1"), "/data/7/models/m-1/artifacts");
        assert_eq!(of_path("s3://b/7/?region=eu", "a/b"), "s3://b/7/a/b?region=eu");
        assert_eq!(of_path("s3://b/7/?region=eu", ""), "s3://b/7/?region=eu");
    }
}
