//! Races, run by racing: many tasks, and on PostgreSQL two servers on one database.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use greenroom_app::{Context, model_version};
use greenroom_core::event::Position;

use crate::support::{World, actor, contract, new_version, transition};

const EXCLUSIVE: &str = "[[stages]]\nname = 'None'\n[[stages]]\nname = 'Live'\nexclusive = true\n[[stages]]\nname = 'Archived'\narchive = true";

/// The contexts that race: two servers where the engine allows several.
async fn racers(world: &World) -> Vec<Context> {
    if world.cx.db.has_other_writers() {
        vec![world.cx.clone(), world.replica().await]
    } else {
        vec![world.cx.clone()]
    }
}

contract! {
    async fn concurrent_creates_get_dense_numbers(world) {
        world.model("m").await;
        let racers = racers(world).await;
        let tasks = (0..40).map(|n| {
            let cx = racers[n % racers.len()].clone();
            async move { model_version::create(&cx, actor(), new_version("m")).await.unwrap().version.version }
        });
        let numbers: BTreeSet<i64> = join_all(tasks).await.into_iter().collect();
        assert_eq!(numbers, (1..=40).collect());
        assert_eq!(world.faults().await, Vec::<String>::new());
    }

    async fn an_exclusive_stage_ends_with_one(world) {
        world.apply(EXCLUSIVE).await.unwrap();
        world.model_with("m", 24).await;
        let racers = racers(world).await;
        let reader = async {
            // Follows the feed while the others write; nothing may come before what it has seen.
            let mut seen = Vec::new();
            while seen.len() < 1 + 25 + 24 + 23 {
                let after = seen.last().map_or(Position::default(), |e: &greenroom_core::event::Event| e.position);
                seen.extend(greenroom_app::event::feed(&world.cx, after, 5).await.unwrap());
                tokio::task::yield_now().await;
            }
            seen
        };
        let moves = join_all((1..=24).map(|version| {
            let cx = racers[usize::try_from(version).unwrap() % racers.len()].clone();
            async move { transition(&cx, "m", version, "Live", false).await.unwrap() }
        }));
        let (seen, _) = futures_util::future::join(reader, moves).await;
        assert_eq!(seen, world.feed().await);
        assert_eq!(world.held("m", "Live").await.len(), 1);
        assert_eq!(world.held("m", "Archived").await.len(), 23);
        assert_eq!(world.faults().await, Vec::<String>::new());
    }

    async fn a_stage_is_not_dropped_under_a_version_that_enters_it(world) {
        let racers = racers(world).await;
        let other = racers.last().unwrap().clone();
        for round in 0..8 {
            let name = format!("m{round}");
            world.apply(EXCLUSIVE).await.unwrap();
            world.model_with(&name, 1).await;
            let drop_it = greenroom_app::stage::apply(&other, actor(), "[[stages]]\nname = 'None'\n[[stages]]\nname = 'Archived'\narchive = true".into());
            let enter_it = transition(&world.cx, &name, 1, "Live", false);
            let (dropped, entered) = futures_util::future::join(drop_it, enter_it).await;
            assert!(dropped.is_err() || entered.is_err(), "one of them had to see the other");
            if entered.is_ok() {
                greenroom_app::registered_model::delete(&world.cx, actor(), name).await.unwrap();
            }
        }
    }
}
