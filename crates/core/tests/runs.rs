//! What runs may hold, in tables: limits, what is cut, what is refused and in which words.

use std::collections::BTreeMap;

use greenroom_core::run::{
    LongValues, Param, RunStatus, check_batch, check_distinct, check_id, check_param, check_tag, first_name,
    first_tags, is_new_param, new_params,
};

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn param(key: &str, value: &str) -> Param {
    Param { key: key.into(), value: value.into() }
}

#[test]
fn long_values_are_cut_or_refused() {
    let (long, cut) = ("é".repeat(6001), "é".repeat(6000));
    assert_eq!(check_param("", "p", &long, LongValues::Cut), Ok(param("p", &cut)));
    assert_eq!(
        check_param("", "p", &long, LongValues::Refuse).expect_err("too long").message,
        "'Param value' exceeds the maximum length of 6000 characters"
    );
    let tag = check_tag("", "t", &"v".repeat(8001), LongValues::Cut).expect("cut");
    assert_eq!(tag.value.len(), 8000);
    assert_eq!(
        check_tag("tags[2]", "t", &"v".repeat(8001), LongValues::Refuse).expect_err("too long").message,
        "'tags[2].value' exceeds the maximum length of 8000 characters"
    );
}

#[test]
fn keys_are_named_by_their_path() {
    let key = "k".repeat(251);
    for (message, start) in [
        (
            check_param("", "a#", "", LongValues::Cut).map(|_| ()),
            "Invalid value \"a#\" for parameter 'key' supplied: Names",
        ),
        (
            check_param("params[1]", "..", "", LongValues::Cut).map(|_| ()),
            "Invalid value \"..\" for parameter 'params[1].key' supplied: Names may be treated as files",
        ),
        (check_param("params[1]", &key, "", LongValues::Cut).map(|_| ()), "'Param key' exceeds"),
        (check_tag("tags[0]", &key, "", LongValues::Cut).map(|_| ()), "'tags[0].key' exceeds"),
        (check_tag("", &key, "", LongValues::Cut).map(|_| ()), "'key' exceeds"),
        (
            check_tag("", "k", "a\0", LongValues::Cut).map(|_| ()),
            "Invalid value \"a\\u0000\" for parameter 'value'",
        ),
        (
            check_tag("", "mlflow.runName", &"n".repeat(251), LongValues::Cut).map(|_| ()),
            "'run_name' exceeds",
        ),
    ] {
        let message = message.expect_err(start).message;
        assert!(message.starts_with(start), "{message}");
    }
}

#[test]
fn a_run_has_one_name() {
    let named = |name: &str, tag: &[(&str, &str)]| {
        first_name(name, &first_tags(&pairs(tag), LongValues::Cut).expect("tags")).map_err(|e| e.message)
    };
    assert_eq!(named("", &[]), Ok(None));
    assert_eq!(named("a", &[]), Ok(Some("a".into())));
    assert_eq!(named("", &[("mlflow.runName", "b")]), Ok(Some("b".into())));
    assert_eq!(named("a", &[("mlflow.runName", "a")]), Ok(Some("a".into())));
    assert_eq!(named("a", &[("mlflow.runName", "")]), Ok(Some("a".into())));
    assert_eq!(
        named("a", &[("mlflow.runName", "b")]),
        Err("Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='a', \
             mlflow.runName='b')."
            .into())
    );
    named(&"n".repeat(251), &[]).expect_err("MLflow's column ends at 250");
}

#[test]
fn first_tags_take_any_key_but_none() {
    let tags = first_tags(&pairs(&[("a#", "1"), ("x", "1"), ("x", "2")]), LongValues::Cut).expect("taken");
    assert_eq!(tags, BTreeMap::from([("a#".into(), "1".into()), ("x".into(), "2".into())]));
    for bad in [("", "v"), ("k\0", "v"), ("k", "v\0"), (&"k".repeat(251), "v")] {
        first_tags(&pairs(&[bad]), LongValues::Cut).expect_err(bad.0);
    }
}

#[test]
fn batches_are_bounded() {
    for good in [(1000, 0, 0), (800, 100, 100), (0, 0, 0)] {
        assert_eq!(check_batch(good.0, good.1, good.2), Ok(()));
    }
    for (bad, message) in [
        ((1001, 0, 0), "at most 1000 metrics. Got 1001 metrics. Please split up metrics across"),
        ((0, 101, 0), "at most 100 params. Got 101 params."),
        ((0, 0, 101), "at most 100 tags. Got 101 tags."),
        ((950, 0, 51), "at most 1000 metrics, params, and tags. Got 1001 metrics, params, and tags."),
    ] {
        let refusal = check_batch(bad.0, bad.1, bad.2).expect_err(message).message;
        assert!(refusal.contains(message), "{refusal}");
    }
    assert_eq!(
        check_distinct(&[param("d", "1"), param("it's", "1"), param("d", "1"), param("it's", "2")])
            .expect_err("twice")
            .message,
        "Duplicate parameter keys have been submitted: ['d', \"it's\"]. Please ensure the request contains only one param \
         value per param key."
    );
}

#[test]
fn params_never_change() {
    let known = BTreeMap::from([("p".to_owned(), "1".to_owned()), ("q".to_owned(), String::new())]);
    let asked = [param("p", "1"), param("r", "3")];
    assert_eq!(new_params("r1", &known, &asked), Ok(vec![&asked[1]]));
    assert_eq!(
        new_params("r1", &known, &[param("p", "it's"), param("q", "z"), param("n", "1")])
            .expect_err("two change")
            .message,
        "Changing param values is not allowed. Params were already logged='[{'key': 'p', 'old_value': '1', 'new_value': \
         \"it's\"}, {'key': 'q', 'old_value': '', 'new_value': 'z'}]' for run ID='r1'."
    );
    assert_eq!(is_new_param("r1", None, &param("p", "1")), Ok(true));
    assert_eq!(is_new_param("r1", Some("1"), &param("p", "1")), Ok(false));
    assert_eq!(
        is_new_param("r1", Some("1"), &param("p", "2")).expect_err("it changes").message,
        "Changing param values is not allowed. Param with key='p' was already logged with value='1' for run ID='r1'. \
         Attempted logging new value '2'."
    );
}

#[test]
fn ids_have_a_shape() {
    for good in ["0191e6a2b7c87d1e9d00000000000000", "a", "A-b_c", &"x".repeat(256)] {
        assert_eq!(check_id(good), Ok(()));
    }
    for bad in ["", "bad id!", "-a", "a/b", "é", "a\0", &"x".repeat(257)] {
        check_id(bad).expect_err(bad);
    }
    assert_eq!(
        check_id("bad id!").expect_err("a space").message,
        "Invalid value \"bad id!\" for parameter 'run_id' supplied."
    );
}

#[test]
fn statuses_have_names() {
    for (status, name, _) in RunStatus::ALL {
        assert_eq!((status.as_str(), RunStatus::parse(name)), (name, Some(status)));
    }
    assert_eq!(RunStatus::parse("running"), None);
}
