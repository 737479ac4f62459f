//! Searches: the grammar's conditions as SQL, the same rows in the same order on both engines, page by page.

use greenroom_app::{model_version, registered_model};
use greenroom_core::search::{Target, parse_filter, parse_order_by};
use greenroom_store::model_version_search::VersionSearch;
use greenroom_store::registered_model_search::ModelSearch;

use crate::support::{World, actor, contract, key, new_version};

async fn models(world: &World, filter: &str, order: &[&str], limit: i64) -> Vec<String> {
    let order: Vec<String> = order.iter().map(|o| (*o).to_owned()).collect();
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let search = ModelSearch {
            filter: parse_filter(Target::RegisteredModels, Some(filter)).unwrap(),
            order: parse_order_by(Target::RegisteredModels, &order).unwrap(),
            limit,
            token,
        };
        let (page, next) = registered_model::search(&world.cx, search).await.unwrap();
        found.extend(page.into_iter().map(|m| m.model.name));
        token = next;
        if token.is_none() {
            return found;
        }
    }
}

async fn versions(world: &World, filter: &str, order: &[&str], limit: i64) -> Vec<(String, i64)> {
    let order: Vec<String> = order.iter().map(|o| (*o).to_owned()).collect();
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let search = VersionSearch {
            filter: parse_filter(Target::ModelVersions, Some(filter)).unwrap(),
            order: parse_order_by(Target::ModelVersions, &order).unwrap(),
            limit,
            token,
        };
        let (page, next) = model_version::search(&world.cx, search).await.unwrap();
        found.extend(page.into_iter().map(|v| (v.version.name, v.version.version)));
        token = next;
        if token.is_none() {
            return found;
        }
    }
}

contract! {
    async fn every_comparator_finds_what_it_should(world) {
        for name in ["Alpha", "alpha", "al_ha", "al%ha", "al\\ha", "Übung", "übung", "z"] {
            world.model(name).await;
        }
        registered_model::set_tag(&world.cx, actor(), "alpha".into(), "team", "red").await.unwrap();
        registered_model::set_tag(&world.cx, actor(), "z".into(), "team", &"long ".repeat(100)).await.unwrap();
        let long = format!("tag.team = '{}'", "long ".repeat(100));
        for (filter, expected) in [
            ("name = 'alpha'", vec!["alpha"]),
            ("name != 'alpha' AND name LIKE 'al%'", vec!["al%ha", "al\\ha", "al_ha"]),
            ("name LIKE 'al_ha'", vec!["al%ha", "al\\ha", "al_ha", "alpha"]),
            ("name LIKE 'al\\%'", vec!["al\\ha"]),
            ("name ILIKE 'ALP%'", vec!["Alpha", "alpha"]),
            ("name LIKE 'Ü%'", vec!["Übung"]),
            ("name IN ('z', 'Alpha', 'nobody')", vec!["Alpha", "z"]),
            ("name NOT IN ('z', 'Alpha') AND name ILIKE '%ung'", vec!["Übung", "übung"]),
            ("tag.team = 'red'", vec!["alpha"]),
            ("tag.team != 'red'", vec!["z"]),
            ("tag.team LIKE 'r%' AND tag.team != 'blue'", vec!["alpha"]),
            ("tag.absent != 'x'", vec![]),
            (long.as_str(), vec!["z"]),
        ] {
            assert_eq!(models(world, filter, &[], 100).await, expected, "{filter}");
        }
        assert_eq!(models(world, "", &[], 3).await, ["Alpha", "al%ha", "al\\ha", "al_ha", "alpha", "z", "Übung", "übung"]);
        assert_eq!(models(world, "", &["name DESC"], 3).await.first().map(String::as_str), Some("übung"));
    }

    async fn versions_are_found_by_number_run_source_and_tag(world) {
        world.model("m").await;
        for n in 1..=5 {
            let mut new = new_version("m");
            new.run_id = Some(format!("run-{}", n % 2));
            new.source = format!("s3://bucket/{n}");
            new.tags = vec![("n".into(), n.to_string())];
            model_version::create(&world.cx, actor(), new).await.unwrap();
        }
        for (filter, expected) in [
            ("version_number >= 3 AND version_number != 4", vec![5, 3]),
            ("version_number < '3'", vec![2, 1]),
            ("run_id = 'run-0'", vec![4, 2]),
            ("run_id IN ('run-1', 'x')", vec![5, 3, 1]),
            ("source_path LIKE '%/2'", vec![2]),
            ("tags.n = '4'", vec![4]),
            ("name = 'm' AND tag.n LIKE '%' AND version_number = 1", vec![1]),
        ] {
            let found: Vec<i64> = versions(world, filter, &[], 100).await.into_iter().map(|(_, v)| v).collect();
            assert_eq!(found, expected, "{filter}");
        }
    }

    /// Many equal timestamps: the pages together are the whole, in order, nothing twice, nothing missing.
    async fn pages_join_without_seam(world) {
        for name in ["a", "b", "c"] {
            world.model_with(name, 9).await;
            world.tick(i64::from(name == "b"));
        }
        model_version::update(&world.cx, actor(), key("a", 4), Some("touched".into())).await.unwrap();
        for order in [
            &[][..],
            &["name DESC"],
            &["version_number"],
            &["creation_timestamp DESC", "version_number ASC"],
            &["last_updated_timestamp ASC", "name DESC"],
        ] {
            let whole = versions(world, "", order, 1000).await;
            assert_eq!(whole.len(), 27);
            for limit in [1, 2, 7, 26, 27] {
                assert_eq!(versions(world, "", order, limit).await, whole, "{order:?} by {limit}");
            }
        }
    }

    async fn a_token_of_another_search_is_refused(world) {
        world.model_with("a", 3).await;
        let search = |order: &[String], token| VersionSearch {
            filter: parse_filter(Target::ModelVersions, None).unwrap(),
            order: parse_order_by(Target::ModelVersions, order).unwrap(),
            limit: 1,
            token,
        };
        let (_, token) = model_version::search(&world.cx, search(&[], None)).await.unwrap();
        let other = model_version::search(&world.cx, search(&["name".to_owned()], token.clone())).await.unwrap_err();
        assert!(other.message.starts_with("Invalid page token"), "{}", other.message);
        for bad in ["", "x", "eyJvZmZzZXQiOiAxfQ==", "bnVsbA==", "W10="] {
            let refused = model_version::search(&world.cx, search(&[], Some(bad.to_owned()))).await.unwrap_err();
            assert!(refused.message.starts_with("Invalid page token"), "{bad}: {}", refused.message);
        }
    }

    async fn prompts_stay_on_their_side(world) {
        world.model_with("model", 1).await;
        let tags = vec![("mlflow.prompt.is_prompt".into(), "true".into())];
        let prompt = registered_model::NewModel { name: "prompt".into(), description: None, tags: tags.clone() };
        registered_model::create(&world.cx, actor(), prompt).await.unwrap();
        let mut new = new_version("prompt");
        (new.source, new.tags) = ("dummy-source".into(), tags);
        model_version::create(&world.cx, actor(), new).await.unwrap();
        let only = "tag.`mlflow.prompt.is_prompt` = 'true'";
        assert_eq!(models(world, "", &[], 10).await, ["model"]);
        assert_eq!(models(world, only, &[], 10).await, ["prompt"]);
        assert_eq!(versions(world, "", &[], 10).await, [("model".to_owned(), 1)]);
        assert_eq!(versions(world, only, &[], 10).await, [("prompt".to_owned(), 1)]);
        registered_model::delete_tag(&world.cx, actor(), "prompt".into(), "mlflow.prompt.is_prompt".into()).await.unwrap();
        model_version::delete_tag(&world.cx, actor(), key("prompt", 1), "mlflow.prompt.is_prompt".into()).await.unwrap();
        assert_eq!(models(world, "", &[], 10).await, ["model", "prompt"]);
        assert_eq!(versions(world, "", &[], 10).await.len(), 2);
    }
}
