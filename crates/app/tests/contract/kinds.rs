//! Every kind of change tells its event: what was, what is, who, by which program, under which revision.

use greenroom_app::stage::Transition;
use greenroom_app::{model_version, registered_model, stage};
use greenroom_core::event::Event;
use greenroom_core::stage::TransitionAsk;
use serde_json::{Value, json};

use crate::support::{actor, contract, key, new_version, transition};

const SHADOW: &str = "[[stages]]\nname = 'New'\n[[stages]]\nname = 'Shadow'\ncapacity = 2\n[[stages]]\nname = 'Past'\narchive = true";

/// An event without what the chain adds to it.
type Told = (String, Option<i64>, Value, Value, Option<String>, Option<i64>, Option<i64>);

fn told(event: &Event) -> Told {
    let value = |v: &Option<Value>| v.clone().unwrap_or(Value::Null);
    let e = event;
    (e.kind.clone(), e.version, value(&e.before), value(&e.after), e.comment.clone(), e.cause, e.revision)
}

fn plain(kind: &str, version: Option<i64>, before: Value, after: Value) -> Told {
    (kind.to_owned(), version, before, after, None, None, None)
}

contract! {
    async fn every_kind_of_change_to_a_model_tells_what_was_and_what_is(world) {
        let cx = &world.cx;
        world.model("m").await;
        registered_model::update(cx, actor(), "m".into(), "first".into()).await.unwrap();
        registered_model::update(cx, actor(), "m".into(), String::new()).await.unwrap();
        for value in ["1", "2"] {
            registered_model::set_tag(cx, actor(), "m".into(), "k", value).await.unwrap();
        }
        registered_model::delete_tag(cx, actor(), "m".into(), "k".into()).await.unwrap();
        registered_model::set_tag(cx, actor(), "m".into(), "kept", "").await.unwrap();
        world.version("m").await;
        world.version("m").await;
        for version in [1, 2] {
            registered_model::set_alias(cx, actor(), key("m", version), "champ".into()).await.unwrap();
        }
        registered_model::delete_alias(cx, actor(), "m".into(), "champ".into()).await.unwrap();
        registered_model::set_alias(cx, actor(), key("m", 1), "old".into()).await.unwrap();
        registered_model::rename(cx, actor(), "m".into(), "n".into()).await.unwrap();
        let id = registered_model::get(cx, "n".into()).await.unwrap().model.id;
        registered_model::delete(cx, actor(), "n".into()).await.unwrap();

        let events = world.history(&id).await;
        let none = Value::Null;
        let created = |n| (
            "model_version.created".to_owned(), Some(n), Value::Null,
            json!({"stage": "None", "source": "s3://bucket/model", "run_id": "", "run_link": "", "description": "", "tags": {}}),
            None, None, Some(0),
        );
        let expected = vec![
            plain("registered_model.created", None, none.clone(), json!({"name": "m", "description": null, "tags": {}})),
            plain("registered_model.updated", None, json!({"description": null}), json!({"description": "first"})),
            plain("registered_model.updated", None, json!({"description": "first"}), json!({"description": ""})),
            plain("registered_model_tag.set", None, none.clone(), json!({"key": "k", "value": "1"})),
            plain("registered_model_tag.set", None, json!({"key": "k", "value": "1"}), json!({"key": "k", "value": "2"})),
            plain("registered_model_tag.deleted", None, json!({"key": "k", "value": "2"}), none.clone()),
            plain("registered_model_tag.set", None, none.clone(), json!({"key": "kept", "value": ""})),
            created(1),
            created(2),
            plain("alias.set", Some(1), none.clone(), json!({"alias": "champ", "version": 1})),
            plain("alias.set", Some(2), json!({"alias": "champ", "version": 1}), json!({"alias": "champ", "version": 2})),
            plain("alias.deleted", Some(2), json!({"alias": "champ", "version": 2}), none.clone()),
            plain("alias.set", Some(1), none.clone(), json!({"alias": "old", "version": 1})),
            plain("registered_model.renamed", None, json!({"name": "m"}), json!({"name": "n"})),
            plain("registered_model.deleted", None, json!({
                "name": "n", "description": "", "tags": {"kept": ""}, "aliases": {"old": 1}, "latest_versions": {"None": 2},
            }), none),
        ];
        assert_eq!(events.iter().map(told).collect::<Vec<_>>(), expected);
        assert!(events.iter().all(|e| (e.actor.as_str(), e.user_agent.as_str()) == ("ada", "contract")));
        let names: Vec<Option<&str>> = events.iter().map(|e| e.model.as_deref()).collect();
        assert_eq!((&names[..13], &names[13..]), (&[Some("m"); 13][..], &[Some("n"); 2][..]), "the name at the time");
    }

    async fn every_kind_of_change_to_a_version_tells_what_was_and_what_is(world) {
        let cx = &world.cx;
        world.apply(SHADOW).await.unwrap();
        world.model("m").await;
        let mut new = new_version("m");
        (new.run_id, new.run_link, new.description) = (Some("r1".into()), "https://run".into(), "d".into());
        new.tags = vec![("a".into(), "1".into())];
        model_version::create(cx, actor(), new).await.unwrap();
        model_version::update(cx, actor(), key("m", 1), None).await.unwrap();
        for value in ["2", "2", "3"] {
            model_version::set_tag(cx, actor(), key("m", 1), "b", value).await.unwrap();
        }
        model_version::delete_tag(cx, actor(), key("m", 1), "a".into()).await.unwrap();
        model_version::delete_tag(cx, actor(), key("m", 1), "a".into()).await.unwrap();
        registered_model::set_alias(cx, actor(), key("m", 1), "champ".into()).await.unwrap();
        let ask = TransitionAsk { stage: "SHADOW".into(), archive_existing: false };
        let asked = Transition { key: key("m", 1), ask, expected_stage: None, comment: Some("  ".into()) };
        stage::transition(cx, actor(), asked.clone()).await.unwrap();
        stage::transition(cx, actor(), Transition { comment: Some("again".into()), ..asked }).await.unwrap();
        model_version::delete(cx, actor(), key("m", 1)).await.unwrap();

        let events = world.history("m").await;
        let moved = |from: &str, comment: Option<&str>| (
            "model_version.transitioned".to_owned(), Some(1), json!({"stage": from}), json!({"stage": "Shadow"}),
            comment.map(str::to_owned), None, Some(1),
        );
        let state = |stage: &str, description: Value, tags: Value| json!({
            "stage": stage, "source": "s3://bucket/model", "run_id": "r1", "run_link": "https://run",
            "description": description, "tags": tags,
        });
        let mut last = state("Shadow", Value::Null, json!({"b": "3"}));
        last["aliases"] = json!(["champ"]);
        let tag = |key: &str, value: &str| json!({"key": key, "value": value});
        let expected = vec![
            ("model_version.created".to_owned(), Some(1), Value::Null, state("New", json!("d"), json!({"a": "1"})), None, None, Some(1)),
            plain("model_version.updated", Some(1), json!({"description": "d"}), json!({"description": null})),
            plain("model_version_tag.set", Some(1), Value::Null, tag("b", "2")),
            plain("model_version_tag.set", Some(1), tag("b", "2"), tag("b", "3")),
            plain("model_version_tag.deleted", Some(1), tag("a", "1"), Value::Null),
            plain("alias.set", Some(1), Value::Null, json!({"alias": "champ", "version": 1})),
            moved("New", None),
            moved("Shadow", Some("again")),
            plain("model_version.deleted", Some(1), last, Value::Null),
        ];
        assert_eq!(events[1..].iter().map(told).collect::<Vec<_>>(), expected);
    }

    async fn a_change_of_the_definitions_tells_both_documents(world) {
        world.apply(SHADOW).await.unwrap();
        let later = SHADOW.replace("capacity = 2", "capacity = 3");
        world.apply(&later).await.unwrap();

        let feed = world.feed().await;
        let applied = |revision: i64, before: &str, after: &str| (
            "stage_definitions.applied".to_owned(), None,
            json!({"revision": revision - 1, "document": before}), json!({"revision": revision, "document": after}),
            None, None, Some(revision),
        );
        assert_eq!(feed.iter().map(told).collect::<Vec<_>>(), [applied(1, "", SHADOW), applied(2, SHADOW, &later)]);
        assert!(feed.iter().all(|e| e.chain == "registry" && e.model.is_none() && e.actor == "ada"));
        assert_eq!(world.faults().await, Vec::<String>::new());
    }

    async fn a_full_stage_makes_room_for_as_many_as_it_must_first_in_first_out(world) {
        world.apply("[[stages]]\nname = 'New'\n[[stages]]\nname = 'Shadow'\n[[stages]]\nname = 'Past'\narchive = true").await.unwrap();
        world.model_with("m", 6).await;
        for version in [4, 2, 5, 1] {
            world.tick(10);
            transition(&world.cx, "m", version, "Shadow", false).await.unwrap();
        }
        world.apply(SHADOW).await.unwrap();
        world.tick(10);

        let ask = TransitionAsk { stage: "Shadow".into(), archive_existing: false };
        let told = stage::decide(&world.cx, key("m", 3), ask.clone()).await.unwrap();
        transition(&world.cx, "m", 3, "Shadow", false).await.unwrap();

        assert_eq!(told.displaced.iter().map(|o| o.version).collect::<Vec<_>>(), [4, 2, 5]);
        assert_eq!((told.displaced_count, told.occupant_count), (3, 4));
        assert_eq!(world.held("m", "Shadow").await, [3, 1]);
        assert_eq!(world.held("m", "Past").await, [5, 4, 2]);
        let events = world.history("m").await;
        let cause = events.iter().rev().find(|e| e.cause.is_none()).unwrap();
        let effects: Vec<(Option<i64>, Option<i64>, Option<i64>)> =
            events.iter().filter(|e| e.cause.is_some()).map(|e| (e.version, e.cause, e.revision)).collect();
        assert_eq!(effects, [4, 2, 5].map(|v| (Some(v), Some(cause.sequence), Some(2))));
        assert_eq!(cause.version, Some(3));
    }

    async fn one_who_stays_displaces_nobody_and_has_been_there_all_along(world) {
        world.apply(SHADOW).await.unwrap();
        world.model_with("m", 2).await;
        for version in [1, 2] {
            transition(&world.cx, "m", version, "Shadow", false).await.unwrap();
        }
        let since = world.now();
        world.tick(50);

        let stayed = transition(&world.cx, "m", 1, "Shadow", false).await.unwrap();

        assert_eq!((stayed.version.stage_since, stayed.version.updated_at), (since, since + 50));
        assert_eq!(world.held("m", "Shadow").await, [2, 1]);
        let told = stage::as_of(&world.cx, "m".into(), None).await.unwrap();
        assert_eq!(told.stages[0].1.iter().map(|o| o.since).collect::<Vec<_>>(), [since, since]);
    }

    /// A name is no way around the rules that hold for it.
    async fn a_rename_must_not_slip_past_rules(world) {
        let rules = format!("{SHADOW}\n[[overrides]]\nmodels = 'free-*'\n[overrides.stages.Shadow]\ncapacity = 9");
        world.apply(&rules).await.unwrap();
        for name in ["m", "n"] {
            world.model_with(name, 1).await;
        }
        transition(&world.cx, "m", 1, "Shadow", false).await.unwrap();
        let before = (world.feed().await, registered_model::get(&world.cx, "m".into()).await.unwrap());
        world.tick(10);

        let refused = registered_model::rename(&world.cx, actor(), "m".into(), "free-m".into()).await.unwrap_err();

        assert_eq!(refused.code, greenroom_core::ErrorCode::ResourceConflict);
        assert!(refused.message.contains("it has a version in stage 'Shadow', for which other rules hold"), "{refused}");
        assert_eq!((world.feed().await, registered_model::get(&world.cx, "m".into()).await.unwrap()), before);
        registered_model::rename(&world.cx, actor(), "n".into(), "free-n".into()).await.unwrap();
        registered_model::rename(&world.cx, actor(), "m".into(), "other".into()).await.unwrap();
    }
}
