//! Text that databases choke on, tokens that nobody gave out, and moments that never were: refused or taken as
//! what they are, the same on both engines, never an internal error.

use greenroom_app::{event, model_version, registered_model, stage};
use greenroom_core::event::Position;
use greenroom_core::search::{Target, parse_filter, parse_order_by};
use greenroom_core::{Error, ErrorCode};
use greenroom_store::model_version_search::VersionSearch;
use greenroom_store::registered_model_search::ModelSearch;
use serde_json::json;

use crate::support::{World, actor, contract, key};

fn is_the_callers(what: &str, error: &Error) {
    assert!(
        matches!(error.code, ErrorCode::InvalidParameterValue | ErrorCode::ResourceDoesNotExist),
        "{what}: {error}"
    );
}

async fn by_token(world: &World, target: Target, token: String) -> Result<(), Error> {
    let (filter, order) = (parse_filter(target, None)?, parse_order_by(target, &[])?);
    let token = Some(token);
    match target {
        Target::RegisteredModels => {
            registered_model::search(&world.cx, ModelSearch { filter, order, limit: 5, token })
                .await
                .map(|_| ())
        }
        Target::ModelVersions => {
            model_version::search(&world.cx, VersionSearch { filter, order, limit: 5, token })
                .await
                .map(|_| ())
        }
    }
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for bytes in text.as_bytes().chunks(3) {
        let number = bytes.iter().fold(0_usize, |n, b| n << 8 | usize::from(*b)) << (8 * (3 - bytes.len()));
        for place in 0..4 {
            let letter = LETTERS[number >> (18 - 6 * place) & 63];
            out.push(if place <= bytes.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

contract! {
    async fn a_nul_in_a_name_finds_nothing(world) {
        world.model_with("m", 1).await;
        for name in ["\0", "m\0", "m\0\0x"] {
            let name = || name.to_owned();
            for (what, outcome) in [
                ("get", registered_model::get(&world.cx, name()).await.map(|_| ())),
                ("overview", registered_model::overview(&world.cx, name()).await.map(|_| ())),
                ("latest", registered_model::latest_versions(&world.cx, name(), Vec::new()).await.map(|_| ())),
                ("versions", model_version::list(&world.cx, name(), None, 10, None).await.map(|_| ())),
                ("history", event::history(&world.cx, name(), None, 10, None).await.map(|_| ())),
                ("stages", stage::as_of(&world.cx, name(), None).await.map(|_| ())),
                ("alias", registered_model::get_by_alias(&world.cx, "m".into(), name()).await.map(|_| ())),
                ("tag", registered_model::delete_tag(&world.cx, actor(), "m".into(), name()).await),
                ("rename", registered_model::rename(&world.cx, actor(), "m".into(), name()).await.map(|_| ())),
            ] {
                is_the_callers(what, &outcome.expect_err(what));
            }
        }
        match event::chains(&world.cx, "\0".into(), 10).await {
            Ok(_) => {}
            Err(error) => is_the_callers("chains", &error),
        }
    }

    async fn forged_page_tokens_are_refused_or_harmless(world) {
        world.model_with("m", 3).await;
        let big = json!(18_446_744_073_709_551_615_u64);
        for name in [json!("m"), json!("\0"), json!("m\0"), json!(5), json!(null), json!(["m"]), json!("n".repeat(100_000))] {
            for number in [json!(1), json!(i64::MIN), json!(1.5), big.clone(), json!("1"), json!(null)] {
                for (target, search, after) in [
                    (Target::RegisteredModels, "models:Name+", json!([name])),
                    (Target::ModelVersions, "versions:UpdatedAt-,Name+,Version-", json!([number, name, number])),
                ] {
                    let token = json!({"search": search, "after": after}).to_string();
                    if let Err(error) = by_token(world, target, base64(&token)).await {
                        is_the_callers(&token.chars().take(100).collect::<String>(), &error);
                        assert!(error.message.starts_with("Invalid page token"), "{error}");
                    }
                }
            }
        }
    }

    async fn moments_that_never_were_are_told_apart(world) {
        world.model_with("m", 1).await;
        for at in [i64::MIN, -1, 0] {
            is_the_callers("before", &stage::as_of(&world.cx, "m".into(), Some(at)).await.unwrap_err());
        }
        let end_of_time = stage::as_of(&world.cx, "m".into(), Some(i64::MAX)).await.unwrap();
        assert_eq!(end_of_time.stages.len(), 1);
        for after in [Position { commit: i64::MAX, number: i64::MAX }, Position { commit: i64::MAX, number: i64::MIN }] {
            assert_eq!(event::feed(&world.cx, after, 10).await.unwrap(), []);
        }
        let all = Position { commit: i64::MIN, number: i64::MIN };
        assert_eq!(world.feed().await, event::feed(&world.cx, all, 10).await.unwrap());
        for version in [i64::MIN, -1, 0, i64::MAX] {
            let (none, _) = event::history(&world.cx, "m".into(), Some(version), 10, None).await.unwrap();
            assert_eq!(none, []);
        }
        for version in ["-9223372036854775808", "0", "9223372036854775807", "99999999999999999999"] {
            let key = greenroom_app::model_version::VersionKey::new("m", version).unwrap();
            assert_eq!(model_version::get(&world.cx, key).await.unwrap_err().code, ErrorCode::ResourceDoesNotExist);
        }
    }

    /// A name is free text: what looks like SQL, markup or another model's id is a name like any other.
    async fn names_are_text_and_nothing_else(world) {
        let names = [
            "'; DROP TABLE events; --", "\" OR 1=1", "<img src=x onerror=alert(1)>", "{{7*7}}", "$1", "%", "_", "\\", "`x`",
            "a\u{1}b", "a\tb", "\u{202e}evil", "Prod\u{443}ction", "zero\u{200b}width", "e\u{301}", "\u{e9}", "NULL", "🦄",
        ];
        for name in names {
            world.model_with(name, 1).await;
            registered_model::set_tag(&world.cx, actor(), name.into(), "k", name).await.unwrap();
            transition(world, name).await;
        }
        for name in names {
            let found = registered_model::get(&world.cx, name.into()).await.unwrap();
            assert_eq!((found.model.name.as_str(), found.tags[0].value.as_str(), found.latest_versions.len()), (name, name, 1));
            assert_eq!(world.history(name).await.len(), 4);
        }
        assert_eq!(world.faults().await, Vec::<String>::new());
    }

    /// The id of a deleted model goes on leading to its history, whatever others are called.
    async fn a_model_called_like_the_id_of_a_deleted_one_does_not_hide_its_history(world) {
        world.model_with("m", 1).await;
        let id = registered_model::get(&world.cx, "m".into()).await.unwrap().model.id;
        registered_model::delete(&world.cx, actor(), "m".into()).await.unwrap();
        let new = registered_model::NewModel { name: id.clone(), description: None, tags: Vec::new() };
        let refused = registered_model::create(&world.cx, actor(), new).await.unwrap_err();
        assert!(refused.message.contains("It is the id of another model."), "{}", refused.message);
        world.model("other").await;
        registered_model::rename(&world.cx, actor(), "other".into(), id.clone()).await.unwrap_err();

        assert_eq!(world.history(&id).await.len(), 3);
    }
}

async fn transition(world: &World, name: &str) {
    crate::support::transition(&world.cx, name, 1, "Staging", false).await.unwrap();
    assert_eq!(model_version::get(&world.cx, key(name, 1)).await.unwrap().version.stage, "Staging");
}
