//! The points of a metric: pages that join, and samples that show the whole range without reading all of it.

use std::sync::Arc;

use futures_util::FutureExt;
use greenroom_store::Db;
use greenroom_store::metric_history::{self, Point};
use greenroom_store::metric_sample::{self, Steps};

use crate::harness::{Database, Outcome, contract};

contract!(
    pages_of_a_history_join_without_seam,
    a_token_of_another_metric_is_refused,
    a_short_history_is_sampled_share_by_share,
    a_long_history_is_sampled_by_step,
    crowded_steps_get_the_places_that_empty_ones_leave,
    one_step_is_sampled_by_time,
);

/// Points `value, is_nan, timestamp, step` of metric 1, as expressions over `i`, for `i` below `count`.
async fn filled(database: &Database, count: i64, point: &str) -> Db {
    let db = database.open().await;
    database
        .sql(&format!(
            "INSERT INTO run_metric_points (value, is_nan, timestamp, step, metric)
             SELECT {point}, 1 FROM (WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})
                 SELECT i FROM n) n"
        ))
        .await;
    db
}

async fn page(db: &Db, limit: i64, token: Option<String>) -> (Vec<Point>, Option<String>) {
    db.read((limit, token), |tx, (limit, token)| {
        async move { metric_history::page(tx, 1, *limit, token.as_deref()).await }.boxed()
    })
    .await
    .expect("a page")
}

async fn sample(db: &Db, steps: Steps, places: i64) -> Vec<Point> {
    db.scan((steps, places), |tx, (steps, places)| {
        async move { metric_sample::sample(tx, 1, *steps, *places).await }.boxed()
    })
    .await
    .expect("a sample")
}

fn steps(points: &[Point]) -> Vec<i64> {
    points.iter().map(|point| point.step).collect()
}

async fn pages_of_a_history_join_without_seam(database: Arc<Database>) -> Outcome {
    // Many points share a time, some a step also; every seventh is NaN, kept as 0.
    let db = filled(&database, 500, "CASE WHEN i % 7 = 0 THEN 0 ELSE i / 10.0 END, i % 7 = 0, i / 50, i / 2")
        .await;
    let (whole, end) = page(&db, 500, None).await;
    assert_eq!((whole.len(), end), (500, None));
    let order: Vec<(i64, i64)> = whole.iter().map(|point| (point.timestamp, point.step)).collect();
    assert!(order.is_sorted());
    assert_eq!(whole.iter().filter(|point| point.value.is_nan()).count(), 72);

    for limit in [1, 33, 250, 499] {
        let mut joined = Vec::new();
        let mut token = None;
        loop {
            let (points, next) = page(&db, limit, token).await;
            joined.extend(points);
            token = next;
            if token.is_none() {
                break;
            }
        }
        let shown = |points: &[Point]| format!("{points:?}");
        assert_eq!(shown(&joined), shown(&whole), "by {limit}");
    }
    db.close().await;
    Ok(())
}

async fn a_token_of_another_metric_is_refused(database: Arc<Database>) -> Outcome {
    let db = filled(&database, 10, "1, FALSE, i, i").await;
    let (_, token) = page(&db, 3, None).await;
    let refused = db
        .read(token, |tx, token| {
            async move { metric_history::page(tx, 2, 3, token.as_deref()).await }.boxed()
        })
        .await
        .expect_err("another metric");
    assert!(refused.message.starts_with("Invalid page token"), "{}", refused.message);
    db.close().await;
    Ok(())
}

async fn a_short_history_is_sampled_share_by_share(database: Arc<Database>) -> Outcome {
    let db = filled(&database, 10, "i, FALSE, 0, i").await;
    let all = Steps::default();
    // What MLflow's server answers for the same points.
    assert_eq!(steps(&sample(&db, all, 4).await), [0, 3, 6, 9]);
    assert_eq!(steps(&sample(&db, all, 3).await), [0, 4, 9]);
    assert_eq!(steps(&sample(&db, all, 1).await), [9]);
    assert_eq!(steps(&sample(&db, all, 10).await), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(steps(&sample(&db, all, 100).await), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(steps(&sample(&db, Steps { from: 2, to: 5 }, 3).await), [2, 4, 5]);
    assert_eq!(steps(&sample(&db, Steps { from: 20, to: 50 }, 3).await), Vec::<i64>::new());
    db.close().await;
    Ok(())
}

async fn a_long_history_is_sampled_by_step(database: Arc<Database>) -> Outcome {
    let db = filled(&database, 30_001, "i / 4.0, FALSE, i * 2, i * 3").await;
    let points = sample(&db, Steps::default(), 100).await;
    assert_eq!(points.len(), 100);
    assert_eq!((points[0].step, points[99].step), (0, 90_000));
    assert!(points.windows(2).all(|pair| (890..=1802).contains(&(pair[1].step - pair[0].step))));
    assert!(points.iter().all(|point| point.timestamp * 3 == point.step * 2));
    let part = sample(&db, Steps { from: 10, to: 89_000 }, 50).await;
    assert_eq!((part.len(), part[0].step, part[49].step), (50, 12, 88_998));
    assert_eq!(steps(&sample(&db, Steps::default(), 1).await), [90_000]);
    db.close().await;
    Ok(())
}

async fn crowded_steps_get_the_places_that_empty_ones_leave(database: Arc<Database>) -> Outcome {
    // 25,000 steps in a row, and one far off.
    let db =
        filled(&database, 25_001, "i, FALSE, i, CASE WHEN i = 25000 THEN 1000000000000000 ELSE i END").await;
    let points = sample(&db, Steps::default(), 300).await;
    assert!((250..=300).contains(&points.len()), "{}", points.len());
    assert!(points.windows(2).all(|pair| pair[0].step < pair[1].step));
    assert_eq!(points.last().map(|point| point.step), Some(1_000_000_000_000_000));
    let dense = &points[..points.len() - 1];
    assert!(dense.windows(2).all(|pair| pair[1].step - pair[0].step <= 200), "{:?}", steps(dense));
    db.close().await;
    Ok(())
}

async fn one_step_is_sampled_by_time(database: Arc<Database>) -> Outcome {
    let db = filled(&database, 25_000, "i / 2.0, FALSE, 1000 + i, 0").await;
    let points = sample(&db, Steps::default(), 50).await;
    assert_eq!(points.len(), 50);
    let times: Vec<i64> = points.iter().map(|point| point.timestamp).collect();
    assert_eq!((times[0], times[49]), (1000, 25_999));
    assert!(times.windows(2).all(|pair| (400..=1002).contains(&(pair[1] - pair[0]))), "{times:?}");
    db.close().await;
    Ok(())
}
