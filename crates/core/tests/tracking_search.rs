//! The filters of runs, experiments and logged models from outside: what they mean, and the exact words in which
//! a bad one is refused. The expectations were taken from MLflow 3.17.2 itself, except where a test says that
//! we differ.

use greenroom_core::search::{
    DatasetField, EntryTest, ExperimentCondition, ExperimentTime, LoggedModelCondition, LoggedModelText,
    LoggedModelTime, MAX_CONDITIONS, Number, NumberComparison, RunCondition, RunText, RunTime,
    TextComparison, parse_experiment_filter, parse_logged_model_filter, parse_run_filter,
};

use NumberComparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
use TextComparison::{Equal, Ilike, In, Like, NotEqual, NotIn};

fn one(value: &str) -> String {
    value.to_owned()
}

fn many(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| one(value)).collect()
}

fn run(filter: &str) -> Result<Vec<RunCondition>, String> {
    parse_run_filter(Some(filter)).map_err(|error| error.message)
}

fn experiment(filter: &str) -> Result<Vec<ExperimentCondition>, String> {
    parse_experiment_filter(Some(filter)).map_err(|error| error.message)
}

fn model(filter: &str) -> Result<Vec<LoggedModelCondition>, String> {
    parse_logged_model_filter(Some(filter)).map_err(|error| error.message)
}

fn metric(key: &str, comparison: NumberComparison, value: f64) -> RunCondition {
    RunCondition::Metric { key: one(key), comparison, value }
}

fn param(key: &str, test: EntryTest) -> RunCondition {
    RunCondition::Param { key: one(key), test }
}

fn tag(key: &str, test: EntryTest) -> RunCondition {
    RunCondition::Tag { key: one(key), test }
}

fn text(column: RunText, comparison: TextComparison) -> RunCondition {
    RunCondition::Text { column, comparison }
}

#[test]
fn no_filter_means_everything() {
    for nothing in ["", "AND", "and AND"] {
        assert_eq!((run(nothing), experiment(nothing), model(nothing)), (Ok(vec![]), Ok(vec![]), Ok(vec![])));
    }
    assert_eq!(parse_run_filter(None), Ok(vec![]));
}

#[test]
fn metrics_compare_with_numbers() {
    for (filter, comparison, value) in [
        ("metrics.a > 1", Greater, 1.0),
        ("metric.a>=-1.5e3", GreaterOrEqual, -1500.0),
        ("`metrics`.a < .5", Less, 0.5),
        ("metrics.`a` <= 5.", LessOrEqual, 5.0),
        ("metrics.\"a\" != 0", NumberComparison::NotEqual, 0.0),
        ("metrics.'a' = 99999999999999999999", NumberComparison::Equal, 1e20),
        // Infinities are stored as the greatest float.
        ("metrics.a < 1e999", Less, f64::MAX),
        ("metrics.a > -1e999", Greater, f64::MIN),
    ] {
        assert_eq!(run(filter), Ok(vec![metric("a", comparison, value)]), "{filter}");
    }
    for (filter, key) in [
        ("metrics.`a b` > 1", "a b"),
        ("metrics.a.b.c > 1", "a.b.c"),
        ("metrics.1a > 1", "1a"),
        ("metrics.nan > 1", "nan"),
        ("metrics.`x/y-z` > 1", "x/y-z"),
        // MLflow takes a metric of this name for the start time.
        ("metrics.created > 1", "created"),
    ] {
        assert_eq!(run(filter), Ok(vec![metric(key, Greater, 1.0)]), "{filter}");
    }
    for value in ["'1'", "nan", "NULL", "(1)", "('1')"] {
        let expected = format!("Expected numeric value type for metric. Found {value}");
        assert_eq!(run(&format!("metrics.a = {value}")), Err(expected));
    }
    for comparator in ["<>", "==", "LIKE"] {
        let expected =
            format!("Invalid comparator '{comparator}' not one of '{{'>', '>=', '!=', '=', '<', '<='}}");
        assert_eq!(run(&format!("metrics.a {comparator} 1")), Err(expected));
    }
}

#[test]
fn params_and_tags_compare_with_text_or_with_nothing() {
    for (written, test) in [
        ("= 'x'", EntryTest::Is(Equal(one("x")))),
        ("!= \"x\"", EntryTest::Is(NotEqual(one("x")))),
        ("like 'x%'", EntryTest::Is(Like(one("x%")))),
        ("ILIKE 'X_'", EntryTest::Is(Ilike(one("X_")))),
        ("= ''", EntryTest::Is(Equal(one("")))),
        ("IS NULL", EntryTest::Absent),
        ("is not  null", EntryTest::Present),
    ] {
        for prefix in ["param", "params", "parameter", "parameters"] {
            assert_eq!(run(&format!("{prefix}.a {written}")), Ok(vec![param("a", test.clone())]));
        }
        for prefix in ["tag", "tags"] {
            assert_eq!(run(&format!("{prefix}.a {written}")), Ok(vec![tag("a", test.clone())]));
        }
    }
    let both = vec![tag("a", EntryTest::Absent), metric("m", Greater, 1.0), tag("b", EntryTest::Present)];
    assert_eq!(run("tags.a IS NULL and metrics.m > 1 AND tags.b IS NOT NULL"), Ok(both));

    for (prefix, name, end) in [("params", "parameter", "'"), ("tags", "tag", "")] {
        for value in ["1", "('x')", "NULL"] {
            let expected =
                format!("Expected a quoted string value for {name} (e.g. 'my-value'). Got value {value}");
            assert_eq!(run(&format!("{prefix}.a = {value}")), Err(expected));
        }
        for comparator in [">", "NOT LIKE", "RLIKE"] {
            let expected = format!(
                "Invalid comparator '{comparator}' not one of \
                 '{{'!=', '=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'}}{end}"
            );
            assert_eq!(run(&format!("{prefix}.a {comparator} 'x'")), Err(expected));
        }
        let expected = "Parameter value is either not quoted or unidentified quote types used for string \
                        value x. Use either single or double quotes.";
        assert_eq!(run(&format!("{prefix}.a = x")), Err(one(expected)));
    }
}

#[test]
fn runs_have_attributes() {
    for (key, column) in [
        ("run_id", RunText::Id),
        ("status", RunText::Status),
        ("user_id", RunText::User),
        ("artifact_uri", RunText::ArtifactUri),
        ("run_name", RunText::Name),
        ("`run name`", RunText::Name),
        ("\"Run Name\"", RunText::Name),
    ] {
        for prefix in ["", "attribute.", "attributes.", "attr.", "run."] {
            let filter = format!("{prefix}{key} = 'x'");
            assert_eq!(run(&filter), Ok(vec![text(column, Equal(one("x")))]), "{filter}");
        }
    }
    for (key, column) in
        [("start_time", RunTime::Started), ("created", RunTime::Started), ("end_time", RunTime::Ended)]
    {
        let time = |value| Ok(vec![RunCondition::Time { column, comparison: Greater, value }]);
        assert_eq!(run(&format!("{key} > 5")), time(Number::Integer(5)));
        assert_eq!(run(&format!("attributes.{key} > 5.5")), time(Number::Float(5.5)));
        let expected = format!("Expected numeric value type for numeric attribute: {key}. Found '5'");
        assert_eq!(run(&format!("{key} > '5'")), Err(expected));
    }
    let ids = |comparison| Ok(vec![text(RunText::Id, comparison)]);
    assert_eq!(run("run_id in ('a','b')"), ids(In(many(&["a", "b"]))));
    assert_eq!(run("run_id NOT IN ('a')"), ids(NotIn(many(&["a"]))));
    assert_eq!(
        run("status IN ('x')"),
        Err(one("Only ['run_id'] attributes support comparison with a list of quoted string values."))
    );
    for key in ["Status", "experiment_id", "lifecycle_stage", "params"] {
        let message = run(&format!("{key} = 'x'")).expect_err(key);
        assert!(message.starts_with(&format!("Invalid attribute key '{key}' specified. Valid keys are '{{")));
    }
    assert_eq!(
        run("run_name > 'x'"),
        Err(one("Invalid comparator '>' not one of '{'!=', '=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}'"))
    );
    // MLflow lets this one through to the database, which fails.
    assert_eq!(
        run("run_id = ('a')"),
        Err(one("Expected a quoted string value for comparator =. Got value ('a')"))
    );
}

#[test]
fn runs_are_found_by_their_datasets() {
    let on = |field, comparison| Ok(vec![RunCondition::Dataset { field, comparison }]);
    assert_eq!(run("dataset.name = 'x'"), on(DatasetField::Name, Equal(one("x"))));
    assert_eq!(run("datasets.digest LIKE 'x%'"), on(DatasetField::Digest, Like(one("x%"))));
    assert_eq!(run("datasets.context IN ('a')"), on(DatasetField::Context, In(many(&["a"]))));
    assert_eq!(
        run("datasets.profile = 'x'"),
        Err(one("Invalid dataset key 'profile' specified. Valid keys are '{'name', 'digest', 'context'}'"))
    );
    assert_eq!(
        run("datasets.name = 1"),
        Err(one("Expected a quoted string value for dataset attributes. Got value 1"))
    );
    assert_eq!(
        run("datasets.name > 'x'"),
        Err(one("Invalid comparator '>' not one of '{'!=', '=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}"))
    );
}

#[test]
fn what_is_no_clause_is_named_in_quotes_for_runs() {
    for (filter, invalid) in [
        ("status='a' OR status='b'", "'OR'"),
        ("(status='a')", "'(status='a')'"),
        ("status =", "'status', '='"),
        ("status='a';", "';'"),
        ("metrics.a = +1", "'metrics.a', '=', '+', '1'"),
        ("tags.a IS", "'tags.a', 'IS'"),
        ("run_id IN 'a'", "'run_id', 'IN', ''a''"),
    ] {
        assert_eq!(run(filter), Err(format!("Invalid clause(s) in filter string: {invalid}")), "{filter}");
    }
    assert_eq!(experiment("name='a' OR name='b'"), Err(one("Invalid clause(s) in filter string: OR")));
    assert_eq!(run(" "), Err(one("Invalid filter ' '. Could not be parsed.")));
    assert_eq!(
        run("status='a'; status='b'"),
        Err(one("Search filter contained multiple expression \"status='a'; status='b'\". \
             Provide AND-ed expression list."))
    );
    for left in ["metrics.a-b", "'status'", "1"] {
        let expected = format!("Invalid comparison clause. Expected 'Identifier' found '{left}'");
        assert_eq!(run(&format!("{left} = 1")), Err(expected.clone()));
        assert_eq!(experiment(&format!("{left} = 1")), Err(expected));
    }
    for entity in ["foo.bar", "\"metrics\".a", "`metrics.a`"] {
        let shown = entity.split('.').next().expect("a first piece");
        let expected = format!(
            "Invalid entity type '{shown}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"
        );
        assert_eq!(run(&format!("{entity} = 1")), Err(expected));
    }
    for (filter, what) in [
        ("metrics.a IS NULL", "'metric' 'a'"),
        ("status IS NOT NULL", "'attribute' 'status'"),
        ("dataset.name IS NULL", "'dataset' 'name'"),
    ] {
        let expected = format!("IS NULL / IS NOT NULL is only supported for tags and params, not for {what}");
        assert_eq!(run(filter), Err(expected));
    }
    let most = "status = 'x' ".repeat(MAX_CONDITIONS + 1);
    assert_eq!(run(&most), Err(one("A search may have at most 128 conditions, but got 129.")));
}

#[test]
fn experiments_have_four_attributes_and_tags() {
    let name = |comparison| Ok(vec![ExperimentCondition::Name(comparison)]);
    assert_eq!(experiment("name = 'x'"), name(Equal(one("x"))));
    assert_eq!(experiment("attribute.`name` LIKE 'x%'"), name(Like(one("x%"))));
    // MLflow refuses comparators in small letters here, and nowhere else.
    assert_eq!(experiment("name ilike 'x%'"), name(Ilike(one("x%"))));
    assert_eq!(experiment("experiment_id = '1'"), Ok(vec![ExperimentCondition::Among(vec![1])]));
    assert_eq!(experiment("experiment_id IN ('1', '2')"), Ok(vec![ExperimentCondition::Among(vec![1, 2])]));
    assert_eq!(experiment("experiment_id NOT IN ('1')"), Ok(vec![ExperimentCondition::NotAmong(vec![1])]));
    for (key, column) in
        [("creation_time", ExperimentTime::Created), ("last_update_time", ExperimentTime::Updated)]
    {
        let expected = ExperimentCondition::Time { column, comparison: LessOrEqual, value: 5 };
        assert_eq!(experiment(&format!("{key}<=5")), Ok(vec![expected]));
        assert_eq!(
            experiment(&format!("{key} > 5.5")),
            Err(format!("Invalid value for numeric attribute '{key}': '5.5'"))
        );
        assert_eq!(
            experiment(&format!("{key} LIKE 5")),
            Err(one("Invalid comparator 'LIKE' not one of '{'!=', '=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}"))
        );
    }
    for (written, test) in [("IS NULL", EntryTest::Absent), ("= 'x'", EntryTest::Is(Equal(one("x"))))] {
        let expected = ExperimentCondition::Tag { key: one("a b"), test };
        assert_eq!(experiment(&format!("tags.`a b` {written}")), Ok(vec![expected]));
    }
}

#[test]
fn experiments_refuse_in_words_of_their_own() {
    for (filter, message) in [
        (
            "attributes.name='x'",
            "Invalid entity type 'attributes'. Valid entity types are ('attribute', 'tag', 'tags')",
        ),
        (
            "metrics.a > 1",
            "Invalid entity type 'metrics'. Valid entity types are ('attribute', 'tag', 'tags')",
        ),
        (
            "foo='x'",
            "Invalid attribute key 'foo' specified. Valid keys are '{'name', 'experiment_id', 'creation_time', 'last_update_time'}'",
        ),
        (
            "name IN ('x')",
            "Only ['experiment_id'] attributes support comparison with a list of quoted string values.",
        ),
        ("name > 'x'", "Invalid comparator '>' not one of '{'!=', '=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}'"),
        ("experiment_id = 1", "Expected a quoted string value for attributes. Got value 1"),
        ("experiment_id LIKE '1'", "Invalid comparator for experiment_id: LIKE"),
        ("experiment_id = 'x'", "Invalid experiment ID 'x'. Experiment ID must be a valid integer."),
        ("name IS NULL", "IS NULL / IS NOT NULL is only supported for tags, not for attribute 'name'"),
        ("tags.a > 'x'", "Invalid comparator for tag: >"),
        ("tags.a = 1", "Expected a quoted string value for tag (e.g. 'my-value'). Got value 1"),
    ] {
        assert_eq!(experiment(filter), Err(one(message)), "{filter}");
    }
}

#[test]
fn logged_models_take_values_without_quotes() {
    let name =
        |comparison| Ok(vec![LoggedModelCondition::Text { column: LoggedModelText::Name, comparison }]);
    // MLflow keeps double quotes as part of the value.
    for filter in ["name = 'x'", "name=x", "`name`='x'", "attributes.name = 'x'", "name = \"x\""] {
        assert_eq!(model(filter), name(Equal(one("x"))), "{filter}");
    }
    assert_eq!(model("name NOT IN ('a','b')"), name(NotIn(many(&["a", "b"]))));
    let param = |comparison| Ok(vec![LoggedModelCondition::Param { key: one("lr"), comparison }]);
    assert_eq!(model("params.lr = 0.01"), param(Equal(one("0.01"))));
    assert_eq!(model("params.`lr` like '0%'"), param(Like(one("0%"))));
    assert_eq!(
        model("tags.a-b != 'x'"),
        Ok(vec![LoggedModelCondition::Tag { key: one("a-b"), comparison: NotEqual(one("x")) }])
    );
    assert_eq!(
        model("metrics.`a.b` >= 1e3"),
        Ok(vec![LoggedModelCondition::Metric { key: one("a.b"), comparison: GreaterOrEqual, value: 1000.0 }])
    );
    for (key, column) in [
        ("creation_timestamp", LoggedModelTime::Created),
        ("creation_time", LoggedModelTime::Created),
        // MLflow fails on the next two.
        ("attributes.creation_timestamp", LoggedModelTime::Created),
        ("last_updated_time", LoggedModelTime::Updated),
        ("last_updated_timestamp", LoggedModelTime::Updated),
    ] {
        let expected = LoggedModelCondition::Time { column, comparison: Greater, value: Number::Integer(5) };
        assert_eq!(model(&format!("{key} > 5")), Ok(vec![expected]), "{key}");
    }
}

#[test]
fn a_status_of_a_logged_model_has_three_spellings() {
    let expected = LoggedModelCondition::Text {
        column: LoggedModelText::Status,
        comparison: Equal(one("LOGGED_MODEL_READY")),
    };
    for filter in ["status = 'READY'", "status = LOGGED_MODEL_READY", "attributes.status = 2"] {
        assert_eq!(model(filter), Ok(vec![expected.clone()]), "{filter}");
    }
}

#[test]
fn logged_models_refuse_in_words_of_their_own() {
    const LIST: &str =
        "Expected a list of comparisons separated by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01').";
    const SINGLE: &str = "Expected a single SQL expression.";
    const NUMBERS: &str = "Expected one of ('<', '<=', '>', '>=', '=', '!=').";
    const TEXTS: &str = "Expected one of ('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN').";
    for (filter, message) in [
        ("name", format!("Invalid filter string: 'name'. {LIST}")),
        ("name='a' OR name='b'", format!("Invalid filter string: \"name='a' OR name='b'\". {LIST}")),
        (" ", format!("Invalid filter string: ' '. {SINGLE}")),
        ("name=1;name=2", format!("Invalid filter string: 'name=1;name=2'. {SINGLE}")),
        (
            "metric.a > 1",
            one(
                "Invalid entity type: 'metric'. Expected one of ['attributes', 'metrics', 'params', 'tags'].",
            ),
        ),
        ("metrics.a LIKE 1", format!("Invalid comparison operator for metrics.a: 'LIKE'. {NUMBERS}")),
        ("params.lr > '1'", format!("Invalid comparison operator for params.lr: '>'. {TEXTS}")),
        ("name > 'x'", format!("Invalid comparison operator for attributes.name: '>'. {TEXTS}")),
        (
            "creation_time LIKE 5",
            format!("Invalid comparison operator for attributes.creation_timestamp_ms: 'LIKE'. {NUMBERS}"),
        ),
        // MLflow fails on these, or forgets the blank.
        ("tags.a IS NULL", one("Invalid comparison: tags.a IS NULL. Expected a comparison with 3 tokens.")),
        ("metrics.a > 'x'", one("Expected a numeric value for metrics.a. Got value 'x'")),
        (
            "foo = 'x'",
            one(
                "Invalid attribute key 'foo' specified. Valid keys are '{'name', 'model_id', 'model_type', 'status', 'source_run_id', 'creation_timestamp', 'last_updated_timestamp'}'",
            ),
        ),
    ] {
        assert_eq!(model(filter), Err(message), "{filter}");
    }
}
