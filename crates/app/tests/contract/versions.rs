//! Model versions.

use greenroom_app::model_version as cases;
use greenroom_core::ErrorCode;

use crate::support::{actor, contract, key, new_version, transition};

contract! {
    async fn numbers_count_and_are_never_given_away_again(world) {
        world.model_with("m", 3).await;
        cases::delete(&world.cx, actor(), key("m", 3)).await.unwrap();
        assert_eq!(world.version("m").await.version.version, 4);
        let gone = cases::get(&world.cx, key("m", 3)).await.unwrap_err();
        assert_eq!((gone.code, gone.message.as_str()), (ErrorCode::ResourceDoesNotExist, "Model Version (name=m, version=3) not found"));
        assert_eq!(cases::delete(&world.cx, actor(), key("m", 3)).await.unwrap_err().code, ErrorCode::ResourceDoesNotExist);
    }

    async fn a_new_version_starts_in_the_initial_stage_and_bumps_its_model(world) {
        world.model("m").await;
        let time = world.tick(5);
        let made = world.version("m").await;
        assert_eq!((made.version.stage.as_str(), made.version.created_at, made.version.stage_since), ("None", time, time));
        let model = greenroom_app::registered_model::get(&world.cx, "m".into()).await.unwrap();
        assert_eq!(model.model.updated_at, time);
        world.tick(5);
        let updated = cases::update(&world.cx, actor(), key("m", 1), None).await.unwrap();
        assert_eq!((updated.version.description, updated.version.updated_at), (None, time + 5));
        let model = greenroom_app::registered_model::get(&world.cx, "m".into()).await.unwrap();
        assert_eq!(model.model.updated_at, time, "a version's description is not the model's business");
    }

    async fn a_version_can_point_at_another_one(world) {
        world.model_with("m", 2).await;
        transition(&world.cx, "m", 1, "Production", false).await.unwrap();
        greenroom_app::registered_model::set_alias(&world.cx, actor(), key("m", 1), "champ".into()).await.unwrap();
        world.model("copy").await;
        for source in ["models:/m/1", "models:/m/Production", "models:/m@champ"] {
            let mut new = new_version("copy");
            new.source = source.into();
            let made = cases::create(&world.cx, actor(), new).await.unwrap();
            assert_eq!((made.version.source.as_str(), made.version.storage_location.as_str()), ("models:/m/1", "s3://bucket/model"));
        }
        let uri = cases::download_uri(&world.cx, key("copy", 1)).await.unwrap();
        assert_eq!(uri, "s3://bucket/model");
        for source in ["models:/m/9", "models:/m/Staging", "models:/nobody/1", "models:/m-1"] {
            let mut new = new_version("copy");
            new.source = source.into();
            cases::create(&world.cx, actor(), new).await.unwrap_err();
        }
        assert_eq!(world.version("copy").await.version.version, 4, "refused creates take no number");
    }

    async fn latest_versions_come_in_the_order_the_stages_were_met(world) {
        world.model_with("m", 6).await;
        for (version, stage) in [(1, "Production"), (2, "Staging"), (4, "Production"), (5, "Archived")] {
            transition(&world.cx, "m", version, stage, false).await.unwrap();
        }
        let latest = async |stages: &[&str]| {
            let stages = stages.iter().map(|s| (*s).to_owned()).collect();
            let found = greenroom_app::registered_model::latest_versions(&world.cx, "m".into(), stages).await.unwrap();
            found.iter().map(|v| v.version.version).collect::<Vec<_>>()
        };
        assert_eq!(latest(&[]).await, [4, 2, 6, 5]);
        assert_eq!(latest(&["staging", "PRODUCTION", "Staging"]).await, [4, 2]);
        assert_eq!(latest(&["Production"]).await, [4]);
        let none = greenroom_app::registered_model::latest_versions(&world.cx, "m".into(), vec!["Canary".into()]).await;
        assert!(none.unwrap_err().message.starts_with("Invalid Model Version stage: Canary."));
    }
}
