//! Registered models, their tags and aliases.

use greenroom_app::registered_model::{self as cases, NewModel};
use greenroom_core::ErrorCode;
use serde_json::json;

use crate::support::{actor, contract, key};

contract! {
    async fn a_model_is_created_once_and_tells_its_event(world) {
        let tags = vec![("b".into(), "2".into()), ("a".into(), "0".into()), ("a".into(), "1".into())];
        let new = NewModel { name: "Unicorn 🦄".into(), description: Some("d".into()), tags };
        let made = cases::create(&world.cx, actor(), new.clone()).await.unwrap();
        assert_eq!(made.tags.iter().map(|t| (t.key.as_str(), t.value.as_str())).collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
        assert_eq!((made.model.created_at, made.model.updated_at), (world.now(), world.now()));
        assert_eq!(cases::get(&world.cx, "Unicorn 🦄".into()).await.unwrap(), made);

        let again = cases::create(&world.cx, actor(), new).await.unwrap_err();
        assert_eq!(again.code, ErrorCode::ResourceAlreadyExists);
        assert_eq!(again.message, "Registered Model (name=Unicorn 🦄) already exists.");

        let events = world.feed().await;
        assert_eq!(events.len(), 1, "a refusal leaves no event");
        let event = &events[0];
        assert_eq!((event.kind.as_str(), event.actor.as_str(), event.user_agent.as_str()), ("registered_model.created", "ada", "contract"));
        assert_eq!(event.after, Some(json!({"name": "Unicorn 🦄", "description": "d", "tags": {"a": "1", "b": "2"}})));
    }

    async fn an_update_bumps_the_time_even_when_nothing_changes_and_tags_and_aliases_never_do(world) {
        world.model_with("m", 1).await;
        let time = world.tick(10);
        let updated = cases::update(&world.cx, actor(), "m".into(), String::new()).await.unwrap();
        assert_eq!(updated.model.updated_at, time);
        world.tick(10);
        cases::set_tag(&world.cx, actor(), "m".into(), "k", "v").await.unwrap();
        cases::set_alias(&world.cx, actor(), key("m", 1), "champ".into()).await.unwrap();
        cases::delete_alias(&world.cx, actor(), "m".into(), "champ".into()).await.unwrap();
        cases::delete_tag(&world.cx, actor(), "m".into(), "k".into()).await.unwrap();
        cases::delete_tag(&world.cx, actor(), "m".into(), "absent".into()).await.unwrap();
        assert_eq!(cases::get(&world.cx, "m".into()).await.unwrap().model.updated_at, time);
    }

    async fn setting_what_is_set_already_is_no_change(world) {
        world.model_with("m", 1).await;
        for _ in 0..2 {
            cases::set_tag(&world.cx, actor(), "m".into(), "k", "v").await.unwrap();
            cases::set_alias(&world.cx, actor(), key("m", 1), "champ".into()).await.unwrap();
        }
        let kinds: Vec<String> = world.history("m").await.into_iter().map(|e| e.kind).collect();
        assert_eq!(kinds, ["registered_model.created", "model_version.created", "registered_model_tag.set", "alias.set"]);
    }

    async fn an_alias_points_at_one_version_and_goes_with_it(world) {
        world.model_with("m", 2).await;
        cases::set_alias(&world.cx, actor(), key("m", 1), "champ".into()).await.unwrap();
        cases::set_alias(&world.cx, actor(), key("m", 2), "champ".into()).await.unwrap();
        cases::set_alias(&world.cx, actor(), key("m", 2), "Champ".into()).await.unwrap();
        let found = cases::get_by_alias(&world.cx, "m".into(), "champ".into()).await.unwrap();
        assert_eq!((found.version.version, found.aliases), (2, vec!["Champ".to_owned(), "champ".to_owned()]));
        let latest = cases::get_by_alias(&world.cx, "m".into(), "LATEST".into()).await.unwrap();
        assert_eq!(latest.version.version, 2);
        let missing = cases::set_alias(&world.cx, actor(), key("m", 3), "champ".into()).await.unwrap_err();
        assert_eq!(missing.message, "Model Version (name=m, version=3) not found");

        greenroom_app::model_version::delete(&world.cx, actor(), key("m", 2)).await.unwrap();
        let gone = cases::get_by_alias(&world.cx, "m".into(), "champ".into()).await.unwrap_err();
        assert_eq!((gone.code, gone.message.as_str()), (ErrorCode::InvalidParameterValue, "Registered model alias champ not found."));
    }

    async fn a_rename_takes_versions_tags_aliases_and_history_along(world) {
        world.model_with("old", 2).await;
        world.model("taken").await;
        cases::set_tag(&world.cx, actor(), "old".into(), "k", "v").await.unwrap();
        cases::set_alias(&world.cx, actor(), key("old", 1), "champ".into()).await.unwrap();
        let before = world.now();
        let time = world.tick(10);
        let refused = cases::rename(&world.cx, actor(), "old".into(), "taken".into()).await.unwrap_err();
        assert_eq!(refused.message, "Registered Model (name=taken) already exists.");
        let renamed = cases::rename(&world.cx, actor(), "old".into(), "new".into()).await.unwrap();
        assert_eq!((renamed.tags.len(), renamed.aliases.len(), renamed.model.updated_at), (1, 1, time));
        let version = greenroom_app::model_version::get(&world.cx, key("new", 1)).await.unwrap();
        assert_eq!((version.version.name.as_str(), version.version.updated_at), ("new", time));
        assert_eq!(cases::get(&world.cx, "old".into()).await.unwrap_err().code, ErrorCode::ResourceDoesNotExist);
        assert_eq!(world.history("new").await.len(), 6);
        let then = greenroom_app::stage::as_of(&world.cx, "new".into(), Some(before)).await.unwrap();
        assert_eq!(then.model, "old");
    }

    async fn a_model_made_anew_is_another_one(world) {
        world.model_with("m", 3).await;
        let old = cases::get(&world.cx, "m".into()).await.unwrap().model.id;
        cases::delete(&world.cx, actor(), "m".into()).await.unwrap();
        assert_eq!(cases::delete(&world.cx, actor(), "m".into()).await.unwrap_err().code, ErrorCode::ResourceDoesNotExist);
        world.model("m").await;
        assert_eq!(world.version("m").await.version.version, 1);
        assert_eq!(world.history("m").await.len(), 2);
        let kinds: Vec<String> = world.history(&old).await.into_iter().map(|e| e.kind).collect();
        assert_eq!(kinds.last().map(String::as_str), Some("registered_model.deleted"));
        assert_eq!(world.faults().await, Vec::<String>::new());
    }
}
