//! More races, on threads of their own: who wins may differ, what holds afterwards may not.

use std::collections::BTreeSet;

use greenroom_app::{Context, model_version, registered_model, stage};
use greenroom_core::event::{Event, Position};
use greenroom_core::{Error, ErrorCode, Result};
use tokio::task::JoinSet;

use crate::support::{World, actor, contract, key, new_version, transition};

const FOUR: &str = "[[stages]]\nname='None'\n[[stages]]\nname='Staging'\n[[stages]]\nname='Live'\nexclusive=true\n[[stages]]\nname='Archived'\narchive=true";
const THREE: &str = "[[stages]]\nname='None'\n[[stages]]\nname='Live'\nexclusive=true\n[[stages]]\nname='Archived'\narchive=true";

/// Two servers where the engine allows several, else one.
async fn servers(world: &World) -> [Context; 2] {
    let second = if world.cx.db.has_other_writers() { world.replica().await } else { world.cx.clone() };
    [world.cx.clone(), second]
}

/// Starts one task per number, alternating between the servers.
async fn race<T, F>(
    servers: &[Context; 2],
    count: usize,
    task: impl Fn(Context, usize) -> F,
) -> Vec<Result<T>>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..count {
        tasks.spawn(task(servers[number % 2].clone(), number));
    }
    tasks.join_all().await
}

fn winners<T>(outcomes: &[Result<T>], losers: ErrorCode) -> usize {
    for error in outcomes.iter().filter_map(|o| o.as_ref().err()) {
        assert_eq!(error.code, losers, "{error}");
    }
    outcomes.iter().filter(|o| o.is_ok()).count()
}

/// Follows the feed until it has this many events; a lost one would keep it waiting, so it gives up in the end.
async fn follow(cx: Context, count: usize) -> Result<Vec<Event>> {
    let mut seen: Vec<Event> = Vec::new();
    for _ in 0..1_000_000 {
        if seen.len() >= count {
            return Ok(seen);
        }
        let after = seen.last().map_or(Position::default(), |e| e.position);
        seen.extend(greenroom_app::event::feed(&cx, after, 3).await?);
        tokio::task::yield_now().await;
    }
    panic!("only {} of {count} events came", seen.len());
}

contract! {
    async fn one_name_goes_to_one_model(world) {
        let servers = servers(world).await;
        let created = race(&servers, 16, |cx, _| async move {
            let new = registered_model::NewModel { name: "m".into(), description: None, tags: Vec::new() };
            registered_model::create(&cx, actor(), new).await
        }).await;
        assert_eq!(winners(&created, ErrorCode::ResourceAlreadyExists), 1);

        for n in 0..16 {
            world.model(&format!("r{n}")).await;
        }
        let renamed = race(&servers, 16, |cx, n| async move {
            registered_model::rename(&cx, actor(), format!("r{n}"), "taken".into()).await
        }).await;
        assert_eq!(winners(&renamed, ErrorCode::ResourceAlreadyExists), 1);
        assert_eq!(world.feed().await.len(), 18);
        assert_eq!(world.faults().await, Vec::<String>::new());
    }

    async fn thirty_two_creates_and_as_many_changes_beside_them_lose_nothing(world) {
        world.model_with("m", 1).await;
        let servers = servers(world).await;
        let mut reader = JoinSet::new();
        reader.spawn(follow(servers[1].clone(), 2 + 64));
        let outcomes = race(&servers, 64, |cx, n| async move {
            if n % 4 < 2 {
                model_version::create(&cx, actor(), new_version("m")).await.map(|v| v.version.version)
            } else {
                registered_model::set_tag(&cx, actor(), "m".into(), &format!("k{n}"), "v").await.map(|()| 0)
            }
        }).await;
        let numbers: BTreeSet<i64> = outcomes.into_iter().map(|o| o.unwrap()).filter(|n| *n > 0).collect();
        assert_eq!(numbers, (2..=33).collect());

        let seen = reader.join_next().await.unwrap().unwrap().unwrap();
        assert!(seen.windows(2).all(|w| w[0].position < w[1].position && w[0].sequence + 1 == w[1].sequence));
        assert_eq!(seen, world.feed().await, "whoever follows reads what whoever comes later reads");
        let model = registered_model::get(&world.cx, "m".into()).await.unwrap();
        assert_eq!((model.tags.len(), model.model.last_version), (32, 33));
    }

    async fn thirty_two_moves_into_an_exclusive_stage_leave_one(world) {
        world.apply(FOUR).await.unwrap();
        world.model_with("m", 32).await;
        let servers = servers(world).await;
        let moved = race(&servers, 32, |cx, n| async move {
            transition(&cx, "m", i64::try_from(n).unwrap() + 1, "Live", false).await
        }).await;
        assert_eq!(winners(&moved, ErrorCode::ResourceConflict), 32);
        assert_eq!((world.held("m", "Live").await.len(), world.held("m", "Archived").await.len()), (1, 31));
        // Each displaced exactly the one before it: 32 moves, 31 displacements, each with its cause.
        let events = world.history("m").await;
        assert_eq!(events.iter().filter(|e| e.cause.is_some()).count(), 31);
        assert!(events.iter().all(|e| e.cause.is_none_or(|cause| cause == e.sequence - 1)));
        assert_eq!(world.faults().await, Vec::<String>::new());
    }

    async fn of_those_who_expect_the_same_only_one_is_right(world) {
        world.model_with("m", 1).await;
        let servers = servers(world).await;
        let moved = race(&servers, 16, |cx, n| async move {
            let ask = greenroom_core::stage::TransitionAsk { stage: if n % 2 == 0 { "Staging" } else { "Production" }.into(), archive_existing: false };
            let asked = stage::Transition { key: key("m", 1), ask, expected_stage: Some("None".into()), comment: None };
            stage::transition(&cx, actor(), asked).await
        }).await;
        assert_eq!(winners(&moved, ErrorCode::ResourceConflict), 1);
        assert_eq!(world.history("m").await.len(), 3);
    }

    async fn no_version_is_ever_in_a_stage_that_is_not_defined(world) {
        world.apply(FOUR).await.unwrap();
        for n in 0..4 {
            world.model_with(&format!("m{n}"), 2).await;
        }
        let servers = servers(world).await;
        for round in 0..10 {
            let outcomes = race(&servers, 10, move |cx, n| async move {
                if n == 4 {
                    return stage::apply(&cx, actor(), THREE.into()).await.map(|_| ());
                }
                let (name, version) = (format!("m{}", n % 4), i64::try_from(n / 5).unwrap() + 1);
                let to = if (n + round) % 3 == 0 { "Staging" } else { "None" };
                transition(&cx, &name, version, to, false).await.map(|_| ())
            }).await;
            for outcome in &outcomes {
                let fine = |e: &Error| matches!(e.code, ErrorCode::InvalidParameterValue | ErrorCode::ResourceConflict);
                assert!(outcome.as_ref().err().is_none_or(fine), "{outcome:?}");
            }
            let defined = stage::definitions(&servers[0]).await.unwrap();
            for n in 0..4 {
                let (versions, _) = model_version::list(&servers[1], format!("m{n}"), None, 10, None).await.unwrap();
                for version in versions {
                    assert!(defined.stages.get(&version.detail.version.stage).is_some(), "{} at revision {}", version.detail.version.stage, defined.revision);
                }
            }
            world.apply(FOUR).await.unwrap();
        }
        assert_eq!(world.faults().await, Vec::<String>::new());
    }

    async fn a_model_that_goes_takes_what_is_being_added_to_it_along(world) {
        let servers = servers(world).await;
        for round in 0..8 {
            let name = format!("m{round}");
            world.model_with(&name, 1).await;
            let outcomes = race(&servers, 6, |cx, n| {
                let name = name.clone();
                async move {
                    match n {
                        3 => registered_model::delete(&cx, actor(), name).await,
                        0 | 1 => model_version::create(&cx, actor(), new_version(&name)).await.map(|_| ()),
                        2 => registered_model::set_alias(&cx, actor(), key(&name, 1), "a".into()).await,
                        4 => model_version::set_tag(&cx, actor(), key(&name, 1), "k", "v").await,
                        _ => registered_model::set_tag(&cx, actor(), name, "k", "v").await,
                    }
                }
            }).await;
            assert!(winners(&outcomes, ErrorCode::ResourceDoesNotExist) >= 1);
        }
        let left = ["registered_model_tags", "registered_model_aliases", "model_versions", "model_version_tags"];
        for table in left {
            let sql: &'static str = format!("SELECT COUNT(*) FROM {table}").leak();
            let count = world.cx.db.read(sql, |tx, sql| futures_util::FutureExt::boxed(tx.opt(sql, &[], |row| row.get::<i64>(0)))).await.unwrap();
            assert_eq!(count, Some(0), "{table}");
        }
        assert_eq!(world.faults().await, Vec::<String>::new());
    }
}
