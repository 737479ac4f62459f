//! Finding what was deleted, a page at a time, in the order of an index.

use greenroom_core::Result;
use greenroom_core::experiment::Experiment;
use greenroom_core::garbage::Kind;
use greenroom_core::logged_model::LoggedModel;
use greenroom_core::run::Run;

use crate::db::{Row, Tx};
use crate::model_version_storage::start;

/// Something that may be removed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// The experiment that it is in, or is.
    pub experiment_id: i64,
    /// Where its artifacts are.
    pub location: String,
    /// When it was deleted, Unix milliseconds.
    pub deleted_at: Option<i64>,
    /// What its page is ordered by, before its id.
    pub place: i64,
}

impl From<Run> for Candidate {
    fn from(run: Run) -> Self {
        Self {
            kind: Kind::Run,
            id: run.id,
            experiment_id: run.experiment_id,
            location: run.artifact_uri,
            deleted_at: run.deleted_at,
            place: 0,
        }
    }
}

impl From<LoggedModel> for Candidate {
    fn from(model: LoggedModel) -> Self {
        Self {
            kind: Kind::LoggedModel,
            id: model.id,
            experiment_id: model.experiment_id,
            location: model.artifact_uri,
            deleted_at: model.deleted_at,
            place: 0,
        }
    }
}

impl From<Experiment> for Candidate {
    fn from(experiment: Experiment) -> Self {
        Self {
            kind: Kind::Experiment,
            id: experiment.id.to_string(),
            experiment_id: experiment.id,
            location: experiment.artifact_location,
            deleted_at: experiment.deleted_at,
            place: experiment.id,
        }
    }
}

/// What to walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// Runs that were deleted, earliest first.
    Runs,
    /// Those of one experiment, newest first.
    RunsOf(i64),
    /// Logged models that were deleted, earliest first.
    LoggedModels,
    /// Those of one experiment, newest first.
    LoggedModelsOf(i64),
    /// Logged models of an experiment that were not deleted by themselves, newest first.
    OtherLoggedModelsOf(i64),
    /// Experiments that were deleted, by id.
    Experiments,
}

const RUNS: &str = "SELECT r.id, r.experiment_id, r.artifact_uri, r.deleted_at, r.deleted_at
     FROM runs r
     WHERE r.deleted_at IS NOT NULL AND r.deleted_at <= $1 AND (r.deleted_at, r.id) > ($2, $3)
     ORDER BY r.deleted_at, r.id
     LIMIT $4";

const RUNS_OF: &str = "SELECT r.id, r.experiment_id, r.artifact_uri, r.deleted_at, r.started_at
     FROM runs r
     WHERE r.experiment_id = $1 AND r.started_at <= $2 AND (r.started_at < $2 OR r.id > $3) AND r.deleted_at <= $4
     ORDER BY r.started_at DESC, r.id
     LIMIT $5";

const LOGGED_MODELS: &str = "SELECT l.id, l.experiment_id, l.artifact_uri, l.deleted_at, l.deleted_at
     FROM logged_models l
     WHERE l.deleted_at IS NOT NULL AND l.deleted_at <= $1 AND (l.deleted_at, l.id) > ($2, $3)
     ORDER BY l.deleted_at, l.id
     LIMIT $4";

const LOGGED_MODELS_OF: &str = "SELECT l.id, l.experiment_id, l.artifact_uri, l.deleted_at, l.created_at
     FROM logged_models l
     WHERE l.experiment_id = $1 AND l.created_at <= $2 AND (l.created_at < $2 OR l.id > $3) AND l.deleted_at <= $4
     ORDER BY l.created_at DESC, l.id
     LIMIT $5";

const OTHER_LOGGED_MODELS_OF: &str =
    "SELECT l.id, l.experiment_id, l.artifact_uri, l.deleted_at, l.created_at
     FROM logged_models l
     WHERE l.experiment_id = $1 AND l.created_at <= $2 AND (l.created_at < $2 OR l.id > $3)
         AND (l.deleted_at IS NULL OR l.deleted_at > $4)
     ORDER BY l.created_at DESC, l.id
     LIMIT $5";

const EXPERIMENTS: &str = "SELECT CAST(e.id AS TEXT), e.id, e.artifact_location, e.deleted_at, e.id
     FROM experiments e
     WHERE e.deleted_at IS NOT NULL AND e.deleted_at <= $1 AND e.id > $2
     ORDER BY e.id
     LIMIT $3";

/// A page of what was deleted at `cutoff` at the latest, after `last`.
pub async fn page(
    tx: &mut Tx<'_>,
    walk: Walk,
    cutoff: i64,
    last: Option<&Candidate>,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let id = last.map_or("", |c| c.id.as_str()).into();
    let rising = || last.map_or(i64::MIN, |c| c.place).into();
    let falling = || last.map_or(i64::MAX, |c| c.place).into();
    let (cutoff, limit) = (cutoff.into(), limit.into());
    match walk {
        Walk::Runs => tx.all(RUNS, &[cutoff, rising(), id, limit], run).await,
        Walk::RunsOf(experiment) => {
            tx.all(RUNS_OF, &[experiment.into(), falling(), id, cutoff, limit], run).await
        }
        Walk::LoggedModels => tx.all(LOGGED_MODELS, &[cutoff, rising(), id, limit], logged_model).await,
        Walk::LoggedModelsOf(experiment) => {
            let params = [experiment.into(), falling(), id, cutoff, limit];
            tx.all(LOGGED_MODELS_OF, &params, logged_model).await
        }
        Walk::OtherLoggedModelsOf(experiment) => {
            let params = [experiment.into(), falling(), id, cutoff, limit];
            tx.all(OTHER_LOGGED_MODELS_OF, &params, logged_model).await
        }
        Walk::Experiments => tx.all(EXPERIMENTS, &[cutoff, rising(), limit], experiment).await,
    }
}

fn run(row: &Row<'_>) -> Result<Candidate> {
    from_row(Kind::Run, row)
}

fn logged_model(row: &Row<'_>) -> Result<Candidate> {
    from_row(Kind::LoggedModel, row)
}

fn experiment(row: &Row<'_>) -> Result<Candidate> {
    from_row(Kind::Experiment, row)
}

fn from_row(kind: Kind, row: &Row<'_>) -> Result<Candidate> {
    Ok(Candidate {
        kind,
        id: row.get(0)?,
        experiment_id: row.get(1)?,
        location: row.get(2)?,
        deleted_at: row.get(3)?,
        place: row.get(4)?,
    })
}

const RUN_IN: &str =
    "SELECT r.id FROM runs r WHERE r.experiment_id = $1 ORDER BY r.started_at DESC, r.id LIMIT 1";

/// A run that is in an experiment, deleted or not.
pub async fn run_in(tx: &mut Tx<'_>, experiment_id: i64) -> Result<Option<String>> {
    tx.opt(RUN_IN, &[experiment_id.into()], |row| row.get(0)).await
}

const STAYING_RUN_IN: &str = "SELECT r.id FROM runs r
     WHERE r.experiment_id = $1 AND (r.deleted_at IS NULL OR r.deleted_at > $2)
     ORDER BY r.started_at DESC, r.id
     LIMIT 1";

/// A run that is in an experiment and was not deleted at `cutoff`.
pub async fn staying_run_in(tx: &mut Tx<'_>, experiment_id: i64, cutoff: i64) -> Result<Option<String>> {
    tx.opt(STAYING_RUN_IN, &[experiment_id.into(), cutoff.into()], |row| row.get(0)).await
}

const LOGGED_MODEL_IN: &str =
    "SELECT l.id FROM logged_models l WHERE l.experiment_id = $1 ORDER BY l.created_at DESC, l.id LIMIT 1";

/// A logged model that is in an experiment, deleted or not.
pub async fn logged_model_in(tx: &mut Tx<'_>, experiment_id: i64) -> Result<Option<String>> {
    tx.opt(LOGGED_MODEL_IN, &[experiment_id.into()], |row| row.get(0)).await
}

const EXPERIMENT_AT: &str = "SELECT e.id FROM experiments e
     WHERE substr(e.artifact_place, 1, 512) = $1 AND e.artifact_place = $2
     ORDER BY e.id
     LIMIT 1";

const EXPERIMENT_BELOW: &str = "SELECT e.id FROM experiments e
     WHERE substr(e.artifact_place, 1, 512) >= $1 AND substr(e.artifact_place, 1, 512) <= $2
         AND e.artifact_place >= $3 AND e.artifact_place < $4
     ORDER BY substr(e.artifact_place, 1, 512), e.id
     LIMIT 1";

/// An experiment that keeps its artifacts at this place.
pub async fn experiment_at(tx: &mut Tx<'_>, place: &str) -> Result<Option<i64>> {
    tx.opt(EXPERIMENT_AT, &[start(place).into(), place.into()], |row| row.get(0)).await
}

/// An experiment that keeps its artifacts in the folder at this place, however deep: one seek.
pub async fn experiment_below(tx: &mut Tx<'_>, place: &str) -> Result<Option<i64>> {
    // '0' comes after '/'.
    let (first, end) = (format!("{place}/"), format!("{place}0"));
    let params = [start(&first).into(), start(&end).into(), (&first).into(), (&end).into()];
    tx.opt(EXPERIMENT_BELOW, &params, |row| row.get(0)).await
}
