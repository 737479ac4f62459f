//! Metrics: every point is kept once, the latest one is by step, time and value, and no number is lost.

use futures_util::FutureExt;
use greenroom_app::run::{self as cases, Batch};
use greenroom_core::metric::{LoggedMetric, Metric};
use greenroom_core::{Error, Result};
use greenroom_store::db::Row;

use crate::support::{World, contract, point, run_sql};

const POINTS: &str = "SELECT p.step, p.timestamp, p.value, p.is_nan FROM run_metric_points p
     JOIN run_metrics m ON m.number = p.metric
     WHERE m.run_id = $1 AND m.key = $2
     ORDER BY p.step, p.timestamp, p.value, p.is_nan";

/// A point as it is kept, in an order of its own.
fn kept(row: &Row<'_>) -> Result<(i64, i64, f64, bool)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

/// Every point of one metric, by step, time and value.
async fn points(world: &World, run: &str, key: &str) -> Vec<(i64, i64, f64, bool)> {
    let read = world.cx.db.read((run.to_owned(), key.to_owned()), |tx, (run, key)| {
        async move {
            let of = [run.as_str().into(), key.as_str().into()];
            tx.all(POINTS, &of, kept).await
        }
        .boxed()
    });
    read.await.unwrap()
}

/// What the run shows of a metric.
async fn shown(world: &World, run: &str, key: &str) -> Metric {
    world.run_detail(run).await.metrics.into_iter().find(|m| m.key == key).unwrap()
}

async fn log(world: &World, run: &str, metrics: Vec<LoggedMetric>) -> Result<(), Error> {
    cases::log_batch(&world.cx, run.to_owned(), Batch { metrics, ..Batch::default() }).await
}

fn owned(key: &str, value: f64, step: i64, model: &str, dataset: &str) -> LoggedMetric {
    LoggedMetric::new(Metric::new("", key, value, 1, step).unwrap(), model, dataset, dataset).unwrap()
}

contract! {
    async fn the_latest_point_is_by_step_then_time_then_value(world) {
        let id = world.run(0).await;
        for (step, timestamp, value, latest) in [
            (1, 10, 1.0, (1, 10, 1.0)),
            (0, 99, 9.0, (1, 10, 1.0)),
            (1, 9, 9.0, (1, 10, 1.0)),
            (1, 10, 0.5, (1, 10, 1.0)),
            (1, 10, 2.0, (1, 10, 2.0)),
            (1, 11, -1.0, (1, 11, -1.0)),
            (2, 0, 0.0, (2, 0, 0.0)),
            (i64::MAX, i64::MAX, 1.0, (i64::MAX, i64::MAX, 1.0)),
            (i64::MIN, 5, 1.0, (i64::MAX, i64::MAX, 1.0)),
        ] {
            cases::log_metric(&world.cx, id.clone(), point("m", value, timestamp, step)).await.unwrap();
            let now = shown(world, &id, "m").await;
            assert_eq!((now.step, now.timestamp, now.value), latest);
        }
        assert_eq!(points(world, &id, "m").await.len(), 9);
    }

    async fn a_point_logged_twice_is_one(world) {
        let id = world.run(0).await;
        let some = || vec![point("m", 1.0, 1, 1), point("m", f64::NAN, 1, 1), point("m", 1.0, 1, 1), point("m", 0.0, 1, 1)];
        for _ in 0..2 {
            log(world, &id, some()).await.unwrap();
            cases::log_metric(&world.cx, id.clone(), point("m", f64::NAN, 1, 1)).await.unwrap();
        }
        assert_eq!(points(world, &id, "m").await, [(1, 1, 0.0, false), (1, 1, 0.0, true), (1, 1, 1.0, false)]);
    }

    async fn numbers_come_back_as_they_were(world) {
        let id = world.run(0).await;
        let values = [0.1, -0.0, 1e-308, 5e-324, f64::MAX, f64::MIN, 9_007_199_254_740_993.0, std::f64::consts::PI];
        let metrics = values.iter().enumerate().map(|(n, v)| point(&format!("v{n}"), *v, 1, 0)).collect();
        log(world, &id, metrics).await.unwrap();
        for (n, value) in values.into_iter().enumerate() {
            let back = shown(world, &id, &format!("v{n}")).await.value;
            assert!(back.to_bits() == value.to_bits() || (back == 0.0 && value == 0.0), "{value:?} came back as {back:?}");
        }
        log(world, &id, vec![point("nan", f64::NAN, 1, 0), point("inf", f64::INFINITY, 1, 0), point("low", f64::NEG_INFINITY, 1, 0)]).await.unwrap();
        assert!(shown(world, &id, "nan").await.value.is_nan());
        assert_eq!(shown(world, &id, "inf").await.value.to_bits(), f64::MAX.to_bits());
        assert_eq!(shown(world, &id, "low").await.value.to_bits(), f64::MIN.to_bits());
        // A number follows what is none, and the other way round.
        cases::log_metric(&world.cx, id.clone(), point("nan", 0.5, 2, 0)).await.unwrap();
        assert_eq!(shown(world, &id, "nan").await.value.to_bits(), 0.5_f64.to_bits());
        cases::log_metric(&world.cx, id.clone(), point("nan", f64::NAN, 3, 0)).await.unwrap();
        assert!(shown(world, &id, "nan").await.value.is_nan());
    }

    async fn a_thousand_points_are_one_batch(world) {
        let id = world.run(0).await;
        let metrics: Vec<_> = (0..1000).map(|n| point(&format!("m{:03}", n % 321), f64::from(n), i64::from(n), i64::from(n))).collect();
        log(world, &id, metrics.clone()).await.unwrap();
        log(world, &id, metrics.clone()).await.unwrap();
        let run = world.run_detail(&id).await;
        assert_eq!(run.metrics.len(), 321);
        assert!(run.metrics.is_sorted_by_key(|m| m.key.clone()));
        assert_eq!((run.metrics[0].step, run.metrics[36].step, run.metrics[37].step), (963, 999, 679));
        assert_eq!(points(world, &id, "m000").await.iter().map(|p| p.0).collect::<Vec<_>>(), [0, 321, 642, 963]);
        let too_many = log(world, &id, vec![metrics[0].clone(); 1001]).await.unwrap_err();
        assert!(too_many.message.starts_with("A batch logging request can contain at most 1000 metrics. Got 1001"));
    }

    async fn metrics_of_a_logged_model_are_kept_with_it(world) {
        let id = world.run(0).await;
        run_sql(&world.uri, "INSERT INTO logged_models (id, experiment_id, name, model_type, source_run_id, status, artifact_uri, created_at, updated_at)
            VALUES ('m-1', 0, 'n', '', '', 'READY', '', 0, 0)").await;
        log(world, &id, vec![
            owned("acc", 0.5, 2, "m-1", ""),
            owned("acc", 0.9, 1, "m-1", ""),
            owned("acc", 0.7, 1, "m-1", "test"),
            point("acc", 0.1, 1, 0),
        ]).await.unwrap();
        cases::log_metric(&world.cx, id.clone(), owned("acc", 0.6, 3, "m-1", "")).await.unwrap();
        cases::log_metric(&world.cx, id.clone(), owned("acc", 0.2, 0, "m-1", "test")).await.unwrap();
        let read = world.cx.db.read((), |tx, ()| tx.all(
            "SELECT dataset_name, step, run_id FROM logged_model_metrics ORDER BY dataset_name",
            &[],
            |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<String>(2)?)),
        ).boxed());
        assert_eq!(read.await.unwrap(), [(String::new(), 3, id.clone()), ("test".into(), 1, id.clone())]);
        assert_eq!(points(world, &id, "acc").await.len(), 6);

        let unknown = log(world, &id, vec![owned("b", 1.0, 1, "m-2", "")]).await.unwrap_err();
        assert_eq!(unknown, Error::not_found("Logged model with ID 'm-2' not found."));
        assert_eq!(world.run_detail(&id).await.metrics.len(), 1);
    }
}
