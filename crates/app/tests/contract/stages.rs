//! Stages: rules, displaced versions, definitions, and what stages held.

use greenroom_app::stage::{self as cases, Transition};
use greenroom_core::ErrorCode;
use greenroom_core::stage::TransitionAsk;
use serde_json::json;

use crate::support::{START, actor, contract, key, transition};

const RULES: &str = "
[[stages]]
name = 'None'
[[stages]]
name = 'Staging'
[[stages]]
name = 'Live'
from = ['Staging']
exclusive = true
protected = true
soak = '1h'
[[stages]]
name = 'Archived'
archive = true
[[overrides]]
models = 'free-*'
[overrides.stages.Live]
soak = '0s'
capacity = 2
full = 'refuse'
exclusive = false
";

contract! {
    async fn mlflows_stages_allow_every_move_and_archive_on_request(world) {
        world.model_with("m", 3).await;
        world.tick(10);
        transition(&world.cx, "m", 1, "production", false).await.unwrap();
        transition(&world.cx, "m", 2, "Production", false).await.unwrap();
        let time = world.tick(10);
        let moved = transition(&world.cx, "m", 3, "PRODUCTION", true).await.unwrap();
        assert_eq!((moved.version.stage.as_str(), moved.version.updated_at), ("Production", time));
        assert_eq!((world.held("m", "Production").await, world.held("m", "Archived").await), (vec![3], vec![2, 1]));

        let events = world.history("m").await;
        let cause = &events[events.len() - 3];
        assert_eq!((cause.version, cause.cause, cause.before.clone(), cause.after.clone()),
            (Some(3), None, Some(json!({"stage": "None"})), Some(json!({"stage": "Production"}))));
        for (event, version) in events[events.len() - 2..].iter().zip([1, 2]) {
            assert_eq!((event.version, event.cause, event.after.clone()), (Some(version), Some(cause.sequence), Some(json!({"stage": "Archived"}))));
        }
        let wrong = transition(&world.cx, "m", 1, "None", true).await.unwrap_err();
        assert_eq!(wrong.code, ErrorCode::InvalidParameterValue);
    }

    async fn definitions_that_another_process_applied_hold_for_the_next_read(world) {
        world.model_with("m", 1).await;
        let latest = |stage: &str| greenroom_app::registered_model::latest_versions(&world.cx, "m".into(), vec![stage.into()]);
        assert_eq!(latest("NONE").await.unwrap()[0].version.version, 1);
        assert_eq!(latest("Production").await.unwrap(), []);

        let other = world.replica().await;
        cases::apply(&other, actor(), RULES.to_owned()).await.unwrap();
        transition(&other, "m", 1, "Staging", false).await.unwrap();
        other.db.close().await;

        assert_eq!(latest("Production").await.unwrap_err().code, ErrorCode::InvalidParameterValue);
        assert_eq!(latest("staging").await.unwrap()[0].version.version, 1);
        assert_eq!(latest("none").await.unwrap(), []);
    }

    async fn a_refused_transition_changes_nothing_and_names_every_rule(world) {
        world.apply(RULES).await.unwrap();
        world.model_with("m", 1).await;
        let before = (world.feed().await, greenroom_app::registered_model::get(&world.cx, "m".into()).await.unwrap());
        world.tick(60_000);
        let refused = transition(&world.cx, "m", 1, "live", false).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::ResourceConflict);
        assert_eq!(refused.message,
            "Model Version (name=m, version=1) cannot go from 'None' to 'Live':\n\
             - from: 'Live' may be entered only from 'Staging'; version 1 is in 'None'.\n\
             - soak: 'Live' wants 1 h in the stage before; version 1 has been in 'None' for 1 min.");
        assert_eq!((world.feed().await, greenroom_app::registered_model::get(&world.cx, "m".into()).await.unwrap()), before);
    }

    async fn a_version_soaks_then_displaces_the_one_before(world) {
        world.apply(RULES).await.unwrap();
        world.model_with("m", 2).await;
        for version in [1, 2] {
            transition(&world.cx, "m", version, "Staging", false).await.unwrap();
            world.tick(3_600_000 - 1);
            transition(&world.cx, "m", version, "Live", false).await.unwrap_err();
            world.tick(1);
            let ask = TransitionAsk { stage: "Live".into(), archive_existing: false };
            let told = cases::decide(&world.cx, key("m", version), ask.clone()).await.unwrap();
            let asked = Transition { key: key("m", version), ask, expected_stage: Some("Staging".into()), comment: Some("soaked".into()) };
            let (_, judged) = cases::transition(&world.cx, actor(), asked).await.unwrap();
            assert_eq!(told.decision, judged.decision, "the dry run is the same judgement");
        }
        assert_eq!((world.held("m", "Live").await, world.held("m", "Archived").await), (vec![2], vec![1]));
        let events = world.history("m").await;
        let moved = &events[events.len() - 2];
        assert_eq!((moved.comment.as_deref(), moved.revision), (Some("soaked"), Some(1)));
    }

    async fn an_expectation_that_no_longer_holds_is_refused(world) {
        world.model_with("m", 1).await;
        transition(&world.cx, "m", 1, "Archived", false).await.unwrap();
        let ask = TransitionAsk { stage: "Production".into(), archive_existing: false };
        let asked = Transition { key: key("m", 1), ask, expected_stage: Some("Staging".into()), comment: None };
        let refused = cases::transition(&world.cx, actor(), asked).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::ResourceConflict);
        assert_eq!(world.held("m", "Archived").await, [1]);
    }

    async fn the_most_specific_pattern_rules(world) {
        world.apply(RULES).await.unwrap();
        world.model_with("free-bird", 3).await;
        for version in [1, 2, 3] {
            transition(&world.cx, "free-bird", version, "Staging", false).await.unwrap();
        }
        transition(&world.cx, "free-bird", 1, "Live", false).await.unwrap();
        transition(&world.cx, "free-bird", 2, "Live", false).await.unwrap();
        let full = transition(&world.cx, "free-bird", 3, "Live", false).await.unwrap_err();
        assert!(full.message.contains("- capacity: 'Live' holds at most 2 versions"), "{}", full.message);
    }

    async fn a_protected_stage_keeps_versions_models_and_names(world) {
        world.apply(RULES).await.unwrap();
        world.model_with("free-1", 1).await;
        transition(&world.cx, "free-1", 1, "Staging", false).await.unwrap();
        transition(&world.cx, "free-1", 1, "Live", false).await.unwrap();
        let version = greenroom_app::model_version::delete(&world.cx, actor(), key("free-1", 1)).await.unwrap_err();
        let model = greenroom_app::registered_model::delete(&world.cx, actor(), "free-1".into()).await.unwrap_err();
        let name = greenroom_app::registered_model::rename(&world.cx, actor(), "free-1".into(), "x".into()).await.unwrap_err();
        for error in [version, model, name] {
            assert_eq!(error.code, ErrorCode::ResourceConflict);
            assert!(error.message.contains("'Live', which is protected"), "{}", error.message);
        }
        transition(&world.cx, "free-1", 1, "Archived", false).await.unwrap();
        greenroom_app::registered_model::delete(&world.cx, actor(), "free-1".into()).await.unwrap();
    }

    async fn definitions_have_revisions_and_drop_no_stage_in_use(world) {
        assert_eq!(cases::definitions(&world.cx).await.unwrap().revision, 0);
        let first = world.apply(RULES).await.unwrap();
        assert_eq!((first.revision, first.changed), (1, true));
        let again = world.apply(RULES).await.unwrap();
        assert_eq!((again.revision, again.changed), (1, false));
        world.model_with("m", 1).await;
        transition(&world.cx, "m", 1, "Staging", false).await.unwrap();
        let dropped = world.apply("[[stages]]\nname = 'None'").await.unwrap_err();
        assert_eq!(dropped.code, ErrorCode::ResourceConflict);
        assert!(dropped.message.contains("(name=m, version=1)"), "{}", dropped.message);
        world.apply("nonsense").await.unwrap_err();
        assert_eq!(cases::definitions(&world.cx).await.unwrap().revision, 1);
        let applied: Vec<_> = world.feed().await.into_iter().filter(|e| e.chain == "registry").collect();
        assert_eq!(applied.len(), 1);
        assert_eq!(applied[0].after, Some(json!({"revision": 1, "document": RULES})));
    }

    /// The answer from history equals what the test itself did, at every moment.
    async fn what_stages_held_is_told_for_any_time(world) {
        world.model("m").await;
        let mut seed: u64 = 7;
        let mut random = move |below: u64| { seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1); (seed >> 33) % below };
        let stages = ["None", "Staging", "Production", "Archived"];
        let mut now: std::collections::BTreeMap<i64, &str> = std::collections::BTreeMap::new();
        let mut log = Vec::new();
        for _ in 0..150 {
            world.tick(1 + i64::try_from(random(3)).unwrap());
            let version = i64::try_from(random(12)).unwrap() + 1;
            let stage = stages[usize::try_from(random(4)).unwrap()];
            if now.len() < 12 && random(3) == 0 {
                now.insert(world.version("m").await.version.version, "None");
            } else if now.contains_key(&version) && random(15) == 0 {
                greenroom_app::model_version::delete(&world.cx, actor(), key("m", version)).await.unwrap();
                now.remove(&version);
            } else if now.contains_key(&version) {
                let archive = stage == "Production" && random(2) == 0;
                transition(&world.cx, "m", version, stage, archive).await.unwrap();
                if archive {
                    now.values_mut().filter(|s| **s == "Production").for_each(|s| *s = "Archived");
                }
                now.insert(version, stage);
            }
            log.push((world.now(), now.clone()));
        }
        for (at, expected) in log {
            let told = cases::as_of(&world.cx, "m".into(), Some(at)).await.unwrap();
            let mut found = std::collections::BTreeMap::new();
            for (stage, held) in &told.stages {
                found.extend(held.iter().map(|o| (o.version, stage.as_str())));
            }
            assert_eq!(found, expected, "at {at}");
        }
        let early = cases::as_of(&world.cx, "m".into(), Some(START - 1)).await.unwrap_err();
        assert_eq!(early.code, ErrorCode::ResourceDoesNotExist);
    }
}
