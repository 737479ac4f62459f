//! Long lists: many rows with equal sort values, names of every script, patterns that hold their own wildcards.

use greenroom_app::{event, model_version, registered_model};
use greenroom_core::search::{Target, parse_filter, parse_order_by};
use greenroom_store::model_version_search::VersionSearch;
use greenroom_store::registered_model_search::ModelSearch;

use crate::support::{World, actor, contract, key};

fn keys(order: &[&str]) -> Vec<String> {
    order.iter().map(|o| (*o).to_owned()).collect()
}

/// All pages of a search for models.
async fn models(world: &World, filter: Option<&str>, order: &[&str], limit: i64) -> Vec<String> {
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let filter = parse_filter(Target::RegisteredModels, filter).unwrap();
        let order = parse_order_by(Target::RegisteredModels, &keys(order)).unwrap();
        let (page, next) =
            registered_model::search(&world.cx, ModelSearch { filter, order, limit, token }).await.unwrap();
        assert!(page.len() <= usize::try_from(limit).unwrap() && (next.is_none() || !page.is_empty()));
        found.extend(page.into_iter().map(|m| m.model.name));
        token = next;
        if token.is_none() {
            return found;
        }
    }
}

/// All pages of a search for versions.
async fn versions(world: &World, filter: Option<&str>, order: &[&str], limit: i64) -> Vec<(String, i64)> {
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let filter = parse_filter(Target::ModelVersions, filter).unwrap();
        let order = parse_order_by(Target::ModelVersions, &keys(order)).unwrap();
        let (page, next) =
            model_version::search(&world.cx, VersionSearch { filter, order, limit, token }).await.unwrap();
        assert!(page.len() <= usize::try_from(limit).unwrap() && (next.is_none() || !page.is_empty()));
        found.extend(page.into_iter().map(|v| (v.version.name, v.version.version)));
        token = next;
        if token.is_none() {
            return found;
        }
    }
}

contract! {
    async fn sixty_models_with_equal_times_page_without_seam(world) {
        for n in 0..60 {
            world.model(&format!("m{:02}", (n * 37) % 60)).await;
            world.tick(i64::from(n % 15 == 14));
        }
        for order in [&[][..], &["name DESC"], &["timestamp"], &["last_updated_timestamp DESC"], &["timestamp DESC", "name DESC"]] {
            let whole = models(world, None, order, 1000).await;
            let mut sorted = whole.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!((whole.len(), sorted.len()), (60, 60), "{order:?}");
            for limit in [1, 7, 59, 60, 61] {
                assert_eq!(models(world, None, order, limit).await, whole, "{order:?} by {limit}");
            }
        }
        let by_time = models(world, None, &["timestamp DESC"], 15).await;
        assert!(by_time.chunks(15).all(<[String]>::is_sorted), "ties by name");
        assert_eq!(models(world, Some("name LIKE 'm1%' AND name != 'm13'"), &["name DESC"], 2).await.len(), 9);
    }

    async fn seventy_versions_with_equal_times_page_without_seam(world) {
        for (name, count) in [("b", 30), ("a", 25), ("c", 15)] {
            world.model_with(name, count).await;
        }
        world.tick(1);
        for version in 1..=10 {
            model_version::update(&world.cx, actor(), key("a", version), None).await.unwrap();
        }
        for order in [
            &[][..],
            &["name"],
            &["version_number DESC"],
            &["creation_timestamp", "version_number"],
            &["last_updated_timestamp", "version_number DESC", "name DESC"],
        ] {
            let whole = versions(world, None, order, 1000).await;
            let mut sorted = whole.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!((whole.len(), sorted.len()), (70, 70), "{order:?}");
            for limit in [1, 9, 69, 70] {
                assert_eq!(versions(world, None, order, limit).await, whole, "{order:?} by {limit}");
            }
        }
        let latest_first = versions(world, None, &[], 100).await;
        assert_eq!(latest_first[..2], [("a".to_owned(), 10), ("a".to_owned(), 9)]);
        assert_eq!(latest_first[10..12], [("a".to_owned(), 25), ("a".to_owned(), 24)]);
    }

    /// By the bytes of their UTF-8, whatever a locale would say.
    async fn names_of_every_script_sort_alike_on_both_engines(world) {
        let mut names = ["a", "A", "Z", "z", "é", "e\u{301}", "ß", "ss", "Ω", "я", "日本", "🦄", "\u{ffee}", "_", "~", " a", "a b", "a-b", "ab", "A1", "A10", "A2"];
        for name in names {
            world.model(name).await;
        }
        names.sort_unstable();
        assert_eq!(models(world, None, &[], 5).await, names);
        names.reverse();
        assert_eq!(models(world, None, &["name DESC"], 5).await, names);
    }

    /// `%` and `_` are wildcards and nothing escapes them; a backslash and the store's own escape are letters.
    async fn patterns_hold_no_escapes(world) {
        for name in ["a%b", "a_b", "a\\b", "a\\%b", "a\u{1}b", "aXb", "aéb", "a🦄b", "AÉB", "ab", "a\u{1}%b"] {
            world.model(name).await;
        }
        for (filter, expected) in [
            ("name LIKE 'a%b'", vec!["a\u{1}%b", "a\u{1}b", "a%b", "aXb", "a\\%b", "a\\b", "a_b", "ab", "aéb", "a🦄b"]),
            ("name LIKE 'a_b'", vec!["a\u{1}b", "a%b", "aXb", "a\\b", "a_b", "aéb", "a🦄b"]),
            ("name LIKE 'a\\%b'", vec!["a\\%b", "a\\b"]),
            ("name LIKE 'a\\_b'", vec!["a\\%b"]),
            ("name LIKE 'a\u{1}%'", vec!["a\u{1}%b", "a\u{1}b"]),
            ("name LIKE 'a\u{1}b'", vec!["a\u{1}b"]),
            ("name ILIKE 'A\u{1}%B'", vec!["a\u{1}%b", "a\u{1}b"]),
            ("name ILIKE 'A\\B'", vec!["a\\b"]),
            ("name LIKE '%é%'", vec!["aéb"]),
            ("name LIKE 'A%'", vec!["AÉB"]),
            ("name = 'a\\b'", vec!["a\\b"]),
            ("name IN ('a_b', 'a%b', 'a_b')", vec!["a%b", "a_b"]),
            ("name NOT IN ('ab') AND name LIKE '__'", vec![]),
            ("name LIKE ''", vec![]),
            ("name LIKE '__'", vec!["ab"]),
        ] {
            assert_eq!(models(world, Some(filter), &[], 100).await, expected, "{filter:?}");
        }
    }

    async fn tags_of_models_and_versions_compare_alike(world) {
        for (n, value) in ["red", "Red", "re%d", "", "\u{1}"].into_iter().enumerate() {
            let name = format!("m{n}");
            world.model_with(&name, 1).await;
            registered_model::set_tag(&world.cx, actor(), name.clone(), "my colour/a.b", value).await.unwrap();
            model_version::set_tag(&world.cx, actor(), key(&name, 1), "my colour/a.b", value).await.unwrap();
        }
        world.model_with("untagged", 1).await;
        for (comparison, expected) in [
            ("= 'red'", vec!["m0"]),
            ("= ''", vec!["m3"]),
            ("!= 'red'", vec!["m1", "m2", "m3", "m4"]),
            ("LIKE 're%'", vec!["m0", "m2"]),
            ("ILIKE 'RE%D'", vec!["m0", "m1", "m2"]),
            ("LIKE '\u{1}'", vec!["m4"]),
        ] {
            for key in ["tag.`my colour/a.b`", "tags.\"my colour/a.b\""] {
                let filter = format!("{key} {comparison}");
                assert_eq!(models(world, Some(&filter), &[], 100).await, expected, "{filter}");
                let found = versions(world, Some(&filter), &["name"], 100).await;
                assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), expected, "{filter}");
            }
        }
        let both = "tag.`my colour/a.b` LIKE 're%' AND tag.`my colour/a.b` != 're%d' AND name LIKE 'm%'";
        assert_eq!(models(world, Some(both), &[], 100).await, ["m0"]);
    }

    /// MLflow's rule: a search shows models or prompts, and which of them the tag in the filter says.
    async fn a_filter_on_the_prompt_tag_chooses_the_side(world) {
        for (name, mark) in [("model", None), ("prompt", Some("true")), ("was", Some("false"))] {
            world.model(name).await;
            let mut new = crate::support::new_version(name);
            if let Some(mark) = mark {
                registered_model::set_tag(&world.cx, actor(), name.into(), "mlflow.prompt.is_prompt", mark).await.unwrap();
                new.tags = vec![("mlflow.prompt.is_prompt".into(), mark.into())];
            }
            if mark == Some("true") {
                new.source = "dummy-source".into();
            }
            model_version::create(&world.cx, actor(), new).await.unwrap();
        }
        let (models_only, prompts_only) = (vec!["model", "was"], vec!["prompt"]);
        for (condition, expected) in [
            ("= 'true'", &prompts_only),
            ("!= 'false'", &prompts_only),
            ("!= 'true'", &models_only),
            ("= 'false'", &models_only),
        ] {
            let filter = format!("name LIKE '%' AND tags.`mlflow.prompt.is_prompt` {condition}");
            assert_eq!(models(world, Some(&filter), &[], 1).await, *expected, "{filter}");
            let found = versions(world, Some(&filter), &["name"], 1).await;
            assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), *expected, "{filter}");
        }
        let both = "tag.`mlflow.prompt.is_prompt` = 'true' AND tag.`mlflow.prompt.is_prompt` = 'false'";
        assert_eq!(models(world, Some(both), &[], 10).await, Vec::<String>::new());
    }

    async fn a_models_versions_page_from_the_newest_also_within_a_stage(world) {
        world.model_with("m", 25).await;
        for version in (1..=25).step_by(2) {
            crate::support::transition(&world.cx, "m", version, "Staging", false).await.unwrap();
        }
        for (stage, expected) in [(None, (1..=25).rev().collect::<Vec<i64>>()), (Some("staging"), (1..=25).rev().step_by(2).collect())] {
            for limit in [1, 4, 25] {
                let (mut found, mut cursor) = (Vec::new(), None::<String>);
                loop {
                    let stage = stage.map(str::to_owned);
                    let (page, next) = model_version::list(&world.cx, "m".into(), stage, limit, cursor.as_deref()).await.unwrap();
                    found.extend(page.iter().map(|v| v.detail.version.version));
                    cursor = next;
                    if cursor.is_none() {
                        break;
                    }
                }
                assert_eq!(found, expected, "{stage:?} by {limit}");
            }
        }
        for bad in ["", "x", "1.5", "99999999999999999999"] {
            model_version::list(&world.cx, "m".into(), None, 1, Some(bad)).await.unwrap_err();
            event::history(&world.cx, "m".into(), None, 1, Some(bad)).await.unwrap_err();
        }
    }

    async fn the_ends_of_all_chains_page_with_the_registrys_own_last(world) {
        for n in 0..7 {
            world.model(&format!("m{n}")).await;
        }
        registered_model::delete(&world.cx, actor(), "m3".into()).await.unwrap();
        for limit in [1, 2, 7, 8, 100] {
            let (mut found, mut after) = (Vec::new(), String::new());
            loop {
                let page = event::chains(&world.cx, after.clone(), limit).await.unwrap();
                let Some(last) = page.last() else { break };
                after.clone_from(&last.chain);
                found.extend(page);
            }
            assert_eq!(found.len(), 8, "by {limit}");
            assert_eq!(found.last().map(|h| h.chain.as_str()), Some("registry"));
            assert_eq!(found.iter().map(|h| h.sequence).sum::<i64>(), 8);
        }
    }
}
