//! Times: which change bumps which timestamp (clients cache on them), and what a clock that goes back may do.

use std::future::Future;
use std::pin::Pin;

use greenroom_app::{Context, model_version, registered_model, stage};

use crate::support::{World, actor, contract, key, transition};

type Step = fn(&Context) -> Pin<Box<dyn Future<Output = greenroom_core::Result<()>> + Send + '_>>;

macro_rules! step {
    ($cx:ident => $call:expr) => {
        |$cx| Box::pin(async move { $call.await.map(|_| ()) })
    };
}

/// The model's time and the times of its versions.
async fn times(world: &World) -> (i64, Vec<i64>) {
    let model = registered_model::get(&world.cx, "m".into()).await.unwrap().model.updated_at;
    let (versions, _) = model_version::list(&world.cx, "m".into(), None, 100, None).await.unwrap();
    (model, versions.iter().rev().map(|v| v.detail.version.updated_at).collect())
}

/// What is done, whether the model's time moves, and which of its three versions' times do.
const STEPS: &[(&str, Step, bool, &[usize])] = &[
    ("model update", step!(cx => registered_model::update(cx, actor(), "m".into(), "x".into())), true, &[]),
    (
        "model update to the same",
        step!(cx => registered_model::update(cx, actor(), "m".into(), "x".into())),
        true,
        &[],
    ),
    ("model tag", step!(cx => registered_model::set_tag(cx, actor(), "m".into(), "k", "v")), false, &[]),
    (
        "no model tag",
        step!(cx => registered_model::delete_tag(cx, actor(), "m".into(), "k".into())),
        false,
        &[],
    ),
    ("alias", step!(cx => registered_model::set_alias(cx, actor(), key("m", 1), "a".into())), false, &[]),
    (
        "alias moved",
        step!(cx => registered_model::set_alias(cx, actor(), key("m", 2), "a".into())),
        false,
        &[],
    ),
    (
        "no alias",
        step!(cx => registered_model::delete_alias(cx, actor(), "m".into(), "a".into())),
        false,
        &[],
    ),
    ("version update", step!(cx => model_version::update(cx, actor(), key("m", 2), None)), false, &[1]),
    ("version tag", step!(cx => model_version::set_tag(cx, actor(), key("m", 1), "k", "v")), false, &[]),
    (
        "no version tag",
        step!(cx => model_version::delete_tag(cx, actor(), key("m", 1), "k".into())),
        false,
        &[],
    ),
    ("transition", step!(cx => transition(cx, "m", 1, "Production", false)), true, &[0]),
    ("transition to where it is", step!(cx => transition(cx, "m", 1, "Production", false)), true, &[0]),
    ("transition that displaces", step!(cx => transition(cx, "m", 3, "Production", true)), true, &[0, 2]),
    (
        "rename to the same",
        step!(cx => registered_model::rename(cx, actor(), "m".into(), "m".into())),
        true,
        &[0, 1, 2],
    ),
    (
        "definitions",
        step!(cx => stage::apply(cx, actor(), "[[stages]]\nname='None'\n[[stages]]\nname='Production'\n[[stages]]\nname='Archived'\narchive=true".into())),
        false,
        &[],
    ),
];

contract! {
    async fn each_change_bumps_the_times_that_mlflow_bumps(world) {
        world.model_with("m", 3).await;
        for (what, step, model, versions) in STEPS {
            let mut expected = times(world).await;
            let now = world.tick(10);
            step(&world.cx).await.unwrap();
            if *model {
                expected.0 = now;
            }
            for index in *versions {
                expected.1[*index] = now;
            }
            assert_eq!(times(world).await, expected, "{what}");
        }
        let now = world.tick(10);
        model_version::delete(&world.cx, actor(), key("m", 2)).await.unwrap();
        assert_eq!(times(world).await.0, now, "deleting a version is the model's business");
        let now = world.tick(10);
        world.version("m").await;
        assert_eq!(times(world).await.0, now, "so is creating one");
    }

    /// A chain's times never go back, so nothing told from it may lie before what was told already.
    async fn what_stages_held_agrees_with_the_tables_when_the_clock_goes_back(world) {
        world.model_with("m", 1).await;
        let latest = world.tick(1_000);
        transition(&world.cx, "m", 1, "Production", false).await.unwrap();
        world.tick(-500);
        world.version("m").await;

        let told = stage::as_of(&world.cx, "m".into(), None).await.unwrap();
        let since: Vec<i64> = told.stages.iter().flat_map(|(_, held)| held).map(|o| o.since).collect();
        assert_eq!(since, [latest, latest]);
        let version = model_version::get(&world.cx, key("m", 2)).await.unwrap().version;
        assert_eq!(version.stage_since, latest, "a soak must not begin before the event that began it");
    }

    async fn a_model_deleted_by_a_clock_that_went_back_was_there_until_then(world) {
        world.model_with("m", 1).await;
        let id = registered_model::get(&world.cx, "m".into()).await.unwrap().model.id;
        let latest = world.tick(1_000);
        transition(&world.cx, "m", 1, "Production", false).await.unwrap();
        world.tick(-500);
        registered_model::delete(&world.cx, actor(), "m".into()).await.unwrap();

        let before = stage::as_of(&world.cx, id.clone(), Some(latest - 100)).await.unwrap();
        assert_eq!(before.stages.len(), 1, "its deletion is recorded at {latest}");
        let after = stage::as_of(&world.cx, id, Some(latest)).await.unwrap();
        assert_eq!(after.stages.len(), 0);
    }
}
