//! Races on runs, run by racing: training jobs log at once, on PostgreSQL through two servers.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all};
use greenroom_app::run::{self as cases, Batch, RunChange};
use greenroom_app::{Context, experiment};
use greenroom_core::ErrorCode;
use greenroom_core::dataset::{Dataset, DatasetInput};
use greenroom_core::run::{LongValues, RunStatus, check_tag};

use crate::support::{World, contract, new_experiment, new_run, point};

/// The contexts that race: two servers where the engine allows several.
async fn racers(world: &World) -> Vec<Context> {
    if world.cx.db.has_other_writers() {
        vec![world.cx.clone(), world.replica().await]
    } else {
        vec![world.cx.clone()]
    }
}

contract! {
    async fn the_latest_point_survives_however_many_log_at_once(world) {
        let id = world.run(0).await;
        let racers = racers(world).await;
        // Each batch names the metrics in another order: whoever locks them one by one stands in somebody's way.
        let batches = (0..40_i64).map(|n| {
            let cx = racers[usize::try_from(n).unwrap() % racers.len()].clone();
            let step = (n * 17) % 40;
            let mut metrics: Vec<_> = (0..30).map(|m| point(&format!("m{m:02}"), 0.5, n, step)).collect();
            metrics.rotate_left(usize::try_from(n).unwrap() % 30);
            if n % 2 == 0 { metrics.reverse(); }
            let id = id.clone();
            async move { cases::log_batch(&cx, id, Batch { metrics, ..Batch::default() }).await.unwrap() }
        });
        let singles = (40..60).map(|n| {
            let cx = racers[usize::try_from(n).unwrap() % racers.len()].clone();
            let id = id.clone();
            async move { cases::log_metric(&cx, id, point("single", 0.5, 1, n)).await.unwrap() }
        });
        join(join_all(batches), join_all(singles)).await;
        let run = world.run_detail(&id).await;
        assert_eq!(run.metrics.len(), 31);
        assert!(run.metrics.iter().all(|m| m.step == if m.key == "single" { 59 } else { 39 }), "{:?}", run.metrics);
    }

    async fn of_two_values_of_one_param_one_is_refused(world) {
        let racers = racers(world).await;
        for round in 0..10 {
            let id = world.run(0).await;
            let values: Vec<String> = (0..8).map(|n| n.to_string()).collect();
            let outcomes = join_all(values.iter().enumerate().map(|(n, value)| {
                let (cx, id) = (&racers[n % racers.len()], id.clone());
                async move { cases::log_param(cx, id, "p", value).await }
            })).await;
            let kept: Vec<&String> = values.iter().zip(&outcomes).filter(|(_, o)| o.is_ok()).map(|(v, _)| v).collect();
            assert_eq!(kept, [&world.run_detail(&id).await.params[0].value], "round {round}");
            for refused in outcomes.into_iter().filter_map(Result::err) {
                assert_eq!(refused.code, ErrorCode::InvalidParameterValue, "{refused}");
            }
        }
    }

    async fn what_is_changed_at_once_is_changed_together(world) {
        let id = world.run(0).await;
        let racers = racers(world).await;
        let tags = (0..20).map(|n| {
            let (cx, id) = (racers[n % racers.len()].clone(), id.clone());
            async move {
                let tags = (0..5).map(|k| check_tag("", &format!("t{n}-{k}"), "v", LongValues::Cut).unwrap()).collect();
                cases::log_batch(&cx, id, Batch { tags, ..Batch::default() }).await.unwrap();
            }
        });
        let end = cases::update(&racers[0], id.clone(), RunChange { status: Some(RunStatus::Finished), ended_at: Some(9), name: None });
        let rename = cases::set_tag(racers.last().unwrap(), id.clone(), "mlflow.runName", "new");
        let (_, (ended, renamed)) = join(join_all(tags), join(end, rename)).await;
        renamed.unwrap();
        ended.unwrap();
        let run = world.run_detail(&id).await;
        assert_eq!((run.tags.len(), run.run.status, run.run.ended_at, run.run.name.as_str()), (101, RunStatus::Finished, Some(9), "new"));
    }

    async fn datasets_of_one_experiment_are_one_however_many_runs_name_them(world) {
        let racers = racers(world).await;
        let runs = join_all((0..12).map(|_| world.run(0))).await;
        let input = |name: String| {
            let dataset = Dataset { name, digest: "d".into(), source_type: String::new(), source: String::new(), schema: None, profile: None };
            DatasetInput::new(dataset, &[]).unwrap()
        };
        join_all(runs.iter().enumerate().map(|(n, id)| {
            let mut inputs: Vec<_> = (0..10).map(|d| input(format!("d{d}"))).collect();
            inputs.rotate_left(n % 10);
            let (cx, id) = (&racers[n % racers.len()], id.clone());
            async move { cases::log_inputs(cx, id, inputs, Vec::new()).await.unwrap() }
        })).await;
        for (n, id) in runs.iter().enumerate() {
            let names: Vec<String> = world.run_detail(id).await.datasets.into_iter().map(|d| d.dataset.name).collect();
            assert_eq!((names.len(), names[0].as_str()), (10, format!("d{}", n % 10).as_str()));
        }
    }

    async fn experiments_get_dense_ids_and_one_of_a_name(world) {
        let racers = racers(world).await;
        let ids = join_all((0..30).map(|n| {
            let cx = racers[n % racers.len()].clone();
            async move { experiment::create(&cx, new_experiment(&format!("e{}", n / 2))).await }
        })).await;
        let made: BTreeSet<i64> = ids.iter().filter_map(|id| id.as_ref().ok().copied()).collect();
        assert_eq!(made, (1..=15).collect());
        for refused in ids.into_iter().filter_map(Result::err) {
            assert_eq!(refused.code, ErrorCode::ResourceAlreadyExists, "{refused}");
        }
    }

    async fn no_active_run_stays_in_a_deleted_experiment(world) {
        let racers = racers(world).await;
        for round in 0..10 {
            let id = world.experiment(&format!("e{round}")).await;
            let creates = join_all((0..6).map(|n| {
                let cx = racers[n % racers.len()].clone();
                async move { cases::create(&cx, new_run(id)).await }
            }));
            let (runs, deleted) = join(creates, experiment::delete(racers.last().unwrap(), id)).await;
            deleted.unwrap();
            for run in runs.into_iter().flatten() {
                assert!(world.run_detail(&run.run.id).await.run.deleted_at.is_some());
            }
        }
    }
}
