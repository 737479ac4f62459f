//! Whatever a client sends: what becomes a key stays below the root, and is read the same however it is encoded.

use greenroom_core::artifact::{ArtifactKey, ArtifactPolicy, MAX_KEY, MAX_SEGMENTS};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

/// Text that is likely to be close to the edge.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("..".to_owned()),
        Just(".".to_owned()),
        Just("/".to_owned()),
        Just("%2e".to_owned()),
        Just("%252E".to_owned()),
        Just("%2f".to_owned()),
        Just("%5c".to_owned()),
        Just("%".to_owned()),
        Just("25".to_owned()),
        Just("2e".to_owned()),
        Just("C:".to_owned()),
        Just("%00".to_owned()),
        "[a-z0-9]{1,3}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_key_never_leaves_the_root(text in hostile()) {
        if let Ok(key) = ArtifactKey::parse(&text) {
            prop_assert!(!key.as_str().is_empty() && key.as_str().len() <= MAX_KEY);
            prop_assert!(key.segments().count() <= MAX_SEGMENTS);
            for segment in key.segments() {
                prop_assert!(!matches!(segment, "" | "." | ".."), "{key:?}");
                prop_assert!(!segment.contains(|c: char| c.is_control() || "\\#?;".contains(c)), "{key:?}");
            }
            let joined = std::path::Path::new("/root").join(key.as_str());
            prop_assert!(joined.components().skip(2).all(|c| matches!(c, std::path::Component::Normal(_))), "{key:?}");
        }
    }

    #[test]
    fn reading_twice_changes_nothing(text in hostile()) {
        if let Ok(key) = ArtifactKey::parse(&text) {
            prop_assert_eq!(ArtifactKey::parse(key.as_str()), Ok(key.clone()));
            let encoded = utf8_percent_encode(key.as_str(), NON_ALPHANUMERIC).to_string();
            prop_assert_eq!(ArtifactKey::parse(&encoded), Ok(key));
        }
    }

    #[test]
    fn encoding_again_opens_no_door(text in hostile(), layers in 1..4) {
        let mut encoded = text.clone();
        for _ in 0..layers {
            encoded = utf8_percent_encode(&encoded, NON_ALPHANUMERIC).to_string();
        }
        prop_assert_eq!(ArtifactKey::parse(&text), ArtifactKey::parse(&encoded));
    }

    #[test]
    fn what_is_joined_stays_below(folder in "[a-z]{1,5}(/[a-z]{1,5}){0,3}", text in hostile()) {
        let folder = ArtifactKey::parse(&folder).expect("plain");
        if let Ok(key) = folder.join(&text) {
            prop_assert!(key == folder || key.as_str().starts_with(&format!("{folder}/")), "{key:?}");
            prop_assert!(key.lineage().any(|part| part == folder.as_str()));
        }
    }

    #[test]
    fn a_location_that_has_a_key_lies_below_the_root(text in hostile()) {
        let policy = ArtifactPolicy { destination: "/data/artifacts".into(), ..ArtifactPolicy::default() };
        for location in [text.clone(), format!("mlflow-artifacts:/{text}"), format!("/data/artifacts{text}")] {
            if policy.key_of(&location).is_ok() {
                prop_assert!(location.starts_with("mlflow-artifacts:/") || location.starts_with("/data/artifacts/"));
            }
        }
    }
}
