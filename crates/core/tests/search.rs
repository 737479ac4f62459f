//! The search grammar from outside: what a filter means, and the exact words in which a bad one is refused.
//! The expectations were taken from MLflow 3.17.2 itself, except where a test says
//! that we differ.

use greenroom_core::search::{
    Condition, Filter, MAX_CONDITIONS, MAX_LIST_VALUES, MAX_TEXT_CHARACTERS, NumberColumn, NumberComparison,
    Prompts, Target, TextColumn, TextComparison, parse_filter,
};
use greenroom_core::tag::IS_PROMPT;
use greenroom_core::{Error, ErrorCode};

use NumberComparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
use Target::{ModelVersions, RegisteredModels};
use TextColumn::{Name, RunId, Source};
use TextComparison::{Equal, Ilike, In, Like, NotEqual, NotIn};

const BOTH: [Target; 2] = [RegisteredModels, ModelVersions];
const VERSION_KEYS: &str = "{'name', 'version_number', 'run_id', 'source_path'}";

fn text(column: TextColumn, comparison: TextComparison) -> Condition {
    Condition::Text { column, comparison }
}

fn tag(key: &str, comparison: TextComparison) -> Condition {
    Condition::Tag { key: key.to_owned(), comparison }
}

fn version(comparison: NumberComparison, value: i64) -> Condition {
    Condition::Number { column: NumberColumn::Version, comparison, value }
}

fn one(value: &str) -> String {
    value.to_owned()
}

fn many(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| one(value)).collect()
}

/// Each filter means these conditions, on each of these targets.
#[track_caller]
fn means(targets: &[Target], filters: &[&str], conditions: &[Condition]) {
    for target in targets {
        for filter in filters {
            let expected = Filter { conditions: conditions.to_vec(), prompts: Prompts::Exclude };
            assert_eq!(parse_filter(*target, Some(filter)), Ok(expected), "{target:?}: {filter}");
        }
    }
}

/// The filter is refused with exactly this message, on each of these targets.
#[track_caller]
fn refused(targets: &[Target], filter: &str, message: &str) {
    for target in targets {
        let error = Err(Error::new(ErrorCode::InvalidParameterValue, message));
        assert_eq!(parse_filter(*target, Some(filter)), error, "{target:?}: {filter}");
    }
}

#[track_caller]
fn prompts(filter: &str, expected: Prompts) {
    for target in BOTH {
        let expected = Filter { conditions: vec![], prompts: expected };
        assert_eq!(parse_filter(target, Some(filter)), Ok(expected), "{target:?}: {filter}");
    }
}

#[test]
fn no_filter_means_everything_but_prompts() {
    let everything = Filter { conditions: vec![], prompts: Prompts::Exclude };
    for target in BOTH {
        assert_eq!(parse_filter(target, None), Ok(everything.clone()));
    }
    means(&BOTH, &["", "AND", "and and"], &[]);
    refused(&BOTH, "   ", "Invalid filter '   '. Could not be parsed.");
    refused(&BOTH, "\n\u{3000}", "Invalid filter '\n\u{3000}'. Could not be parsed.");
}

#[test]
fn clauses_are_joined_by_and_or_by_nothing() {
    let both = [text(Name, Equal(one("x"))), tag("k", Equal(one("v")))];
    let filters = [
        "name = 'x' AND tag.k = 'v'",
        "name='x'and tag.k='v'",
        "name='x'\nAnD\ttag.k='v'",
        "AND name='x' AND AND tag.k='v' AND",
        "name='x' tag.k='v'",
        "name='x'tag.k='v'",
        "name\u{a0}=\u{3000}'x' tag.k='v'",
    ];
    means(&BOTH, &filters, &both);
}

#[test]
fn what_is_no_clause_is_named() {
    let cases = [
        ("name='x' OR name='y'", "OR"),
        ("NOT name='x'", "NOT"),
        ("(name='x')", "(name='x')"),
        ("((name='x'))", "((name='x'))"),
        ("name = 'x' AND (name='y')", "(name='y')"),
        ("(name = 'x'", "("),
        ("name = 'x')", ")"),
        ("name", "name"),
        ("name =", "name, ="),
        ("= 'x'", "=, 'x'"),
        ("name = 'x", "name, =, ', x"),
        ("name = \"x", "name, =, \", x"),
        ("tag.k`='v'", "tag.k, `, =, 'v'"),
        ("name = 'x' AND name LIKE", "name, LIKE"),
        ("name = 'x' 1", "1"),
        ("tag.k = 'v' 'w'", "'w'"),
        ("name IN 'a'", "name, IN, 'a'"),
        ("NOT IN ('a')", "NOT, IN, ('a')"),
        ("name = \u{2018}x\u{2019}", "name, =, \u{2018}, x, \u{2019}"),
        ("name = 'x' -- comment", "-- comment"),
        ("name = 'x' /* c */", "/* c */"),
        ("name = 'x' LIMIT 1", "LIMIT, 1"),
        ("name='x';", ";"),
        (" ; ", ";"),
        ("version_number = +1", "version_number, =, +, 1"),
        ("version_number BETWEEN 1 AND 2", "version_number, BETWEEN, 1, 2"),
        ("name='a',name='b'", ","),
        ("name='x' && name='y'", "&&"),
    ];
    for (filter, invalid) in cases {
        refused(&BOTH, filter, &format!("Invalid clause(s) in filter string: {invalid}"));
    }
}

#[test]
fn a_second_statement_is_refused() {
    refused(
        &BOTH,
        "a=b; c=d",
        "Search filter contained multiple expression 'a=b; c=d'. Provide AND-ed expression list.",
    );
    refused(
        &BOTH,
        "name='x';\n;",
        "Search filter contained multiple expression \"name='x';\\n;\". Provide AND-ed expression list.",
    );
    refused(
        &BOTH,
        "a\u{a0}\u{3000}\t;\\;",
        r"Search filter contained multiple expression 'a\xa0\u3000\t;\\;'. Provide AND-ed expression list.",
    );
    means(&BOTH, &["name = 'a;b'"], &[text(Name, Equal(one("a;b")))]);
}

#[test]
fn attributes_have_their_keys() {
    means(&BOTH, &["name='x'", "attribute.name = 'x'"], &[text(Name, Equal(one("x")))]);
    means(&[ModelVersions], &["run_id='x'"], &[text(RunId, Equal(one("x")))]);
    means(&[ModelVersions], &["source_path='x'"], &[text(Source, Equal(one("x")))]);

    let of_models =
        |key: &str| format!("Invalid attribute key '{key}' specified. Valid keys are '{{'name'}}'");
    refused(&[RegisteredModels], "a=b", &of_models("a"));
    refused(&[RegisteredModels], "NAME='x'", &of_models("NAME"));
    refused(&[RegisteredModels], "run_id='x'", &of_models("run_id"));
    refused(&[RegisteredModels], "version_number=1", &of_models("version_number"));
    refused(&[RegisteredModels], "tag='x'", &of_models("tag"));
    refused(
        &[ModelVersions],
        "current_stage='Production'",
        &format!("Invalid attribute key 'current_stage' specified. Valid keys are '{VERSION_KEYS}'"),
    );
    for entity in ["attributes", "param", "metric", "run"] {
        refused(
            &BOTH,
            &format!("{entity}.name='x'"),
            &format!("Invalid entity type '{entity}'. Valid entity types are ('attribute', 'tag', 'tags')"),
        );
    }
}

#[test]
fn we_also_take_column_names_in_backticks_or_double_quotes() {
    let filters = ["`name`='x'", "\"name\"='x'", "attribute.`name`='x'", "`name` IN ('x')"];
    means(&BOTH, &filters[..3], &[text(Name, Equal(one("x")))]);
    means(&BOTH, &filters[3..], &[text(Name, In(many(&["x"])))]);
}

#[test]
fn tag_keys_may_be_bare_or_quoted() {
    let cases = [
        ("tag.k", "k"),
        ("tags.k", "k"),
        ("tag.a.b.c", "a.b.c"),
        ("tag.1a_b", "1a_b"),
        ("tag.é", "é"),
        ("tag.中", "中"),
        ("tag.`a b-c/d:e`", "a b-c/d:e"),
        ("tag.\"k k\"", "k k"),
        ("tag.'k k'", "k k"),
        ("tag.`a\"b`", "a\"b"),
        ("tag.`a'b`", "a'b"),
        ("tag.\"a`b\"", "a`b"),
        ("tag.``", ""),
        ("tag.and", "and"),
        ("tag.null", "null"),
        ("tag.x.like", "x.like"),
        // MLflow's tokeniser trips over these three.
        ("tag.in", "in"),
        ("tag.as", "as"),
        ("tag.case", "case"),
    ];
    for (written, key) in cases {
        means(&BOTH, &[&format!("{written} = 'v'")], &[tag(key, Equal(one("v")))]);
    }
}

#[test]
fn a_key_that_needs_backticks_is_refused_with_advice() {
    for key in ["tag.a-b", "tag.a-1", "tag.a/b", "tags.a:b"] {
        refused(
            &BOTH,
            &format!("{key} = 'v'"),
            &format!(
                "Invalid comparison clause. Expected 'Identifier' found '{key}'. \
                 Put a tag key with special characters in backticks: tag.`my-key`"
            ),
        );
    }
    for left in ["'x'", "1", "(name)"] {
        refused(
            &BOTH,
            &format!("{left} = 'x'"),
            &format!("Invalid comparison clause. Expected 'Identifier' found '{left}'"),
        );
    }
}

#[test]
fn nothing_inside_quotes_is_unescaped() {
    let cases = [
        ("'x'", "x"),
        ("\"x\"", "x"),
        ("''", ""),
        ("\"it's\"", "it's"),
        ("'say \"x\"'", "say \"x\""),
        ("'it''s'", "it''s"),
        (r"'it\'s'", r"it\'s"),
        (r"'C:\dir\'", r"C:\dir\"),
        ("''''", "''"),
        ("'a AND b'", "a AND b"),
        ("'a--b/*c*/'", "a--b/*c*/"),
        ("'a\nb'", "a\nb"),
        ("'名'", "名"),
    ];
    for (written, value) in cases {
        means(&BOTH, &[&format!("name = {written}")], &[text(Name, Equal(one(value)))]);
        means(&BOTH, &[&format!("tag.k={written}")], &[tag("k", Equal(one(value)))]);
    }
}

#[test]
fn text_columns_have_six_comparators() {
    means(&BOTH, &["name='x'"], &[text(Name, Equal(one("x")))]);
    means(&BOTH, &["name != 'x'"], &[text(Name, NotEqual(one("x")))]);
    means(&BOTH, &["name LIKE 'x%'", "name like 'x%'"], &[text(Name, Like(one("x%")))]);
    means(&BOTH, &["name ILIKE '_X'", "name iLiKe '_X'"], &[text(Name, Ilike(one("_X")))]);
    means(
        &BOTH,
        &["name IN ('a','b')", "name in( \"a\" , 'b', )", "name IN\n(('a','b'))"],
        &[text(Name, In(many(&["a", "b"])))],
    );
    means(&BOTH, &["name NOT IN ('a')", "name not  in ('a',)"], &[text(Name, NotIn(many(&["a"])))]);
    means(&[ModelVersions], &["run_id IN ('a')"], &[text(RunId, In(many(&["a"])))]);
    means(&[ModelVersions], &["run_id NOT IN ('a')"], &[text(RunId, NotIn(many(&["a"])))]);
    means(&[ModelVersions], &["source_path LIKE 's3://%'"], &[text(Source, Like(one("s3://%")))]);

    for comparator in [">", "<=", "==", "<>", "=<", "~", "NOT LIKE", "RLIKE", "NOT ILIKE"] {
        let message = format!("Invalid comparator for attribute: {comparator}");
        refused(&BOTH, &format!("name {comparator} 'x'"), &message);
    }
}

#[test]
fn tags_have_four_comparators() {
    means(&BOTH, &["tag.k = 'x'"], &[tag("k", Equal(one("x")))]);
    means(&BOTH, &["tag.k != 'x'"], &[tag("k", NotEqual(one("x")))]);
    means(&BOTH, &["tag.k like '%x'"], &[tag("k", Like(one("%x")))]);
    means(&BOTH, &["tag.k ILIKE '%x'"], &[tag("k", Ilike(one("%x")))]);
    means(&BOTH, &["tag.k='v' AND tag.k='w'"], &[tag("k", Equal(one("v"))), tag("k", Equal(one("w")))]);

    for comparator in [">", "<>", "NOT LIKE"] {
        let message = format!("Invalid comparator for tag: {comparator}");
        refused(&BOTH, &format!("tag.k {comparator} 'x'"), &message);
    }
    for (filter, value) in [("tag.k = 1", "1"), ("tag.k IN ('a')", "('a')"), ("tag.k = NULL", "NULL")] {
        let message = format!("Expected a quoted string value for tag (e.g. 'my-value'). Got value {value}");
        refused(&BOTH, filter, &message);
    }
}

#[test]
fn null_tests_are_refused_where_mlflow_crashes() {
    refused(&BOTH, "name IS NULL", "Invalid comparator for attribute: IS NULL");
    refused(&BOTH, "tag.k is not null", "Invalid comparator for tag: IS NOT NULL");
    let message = "Invalid comparator for attribute version_number: IS NULL";
    refused(&[ModelVersions], "version_number IS NULL", message);
}

#[test]
fn bare_values_are_refused() {
    for value in ["x", "`x`", "name", "tag.j", "1a", "\"a\".\"b\""] {
        let message = format!(
            "Parameter value is either not quoted or unidentified quote types used for string value \
             {value}. Use either single or double quotes."
        );
        refused(&BOTH, &format!("name = {value}"), &message);
        refused(&BOTH, &format!("tag.k = {value}"), &message);
    }
    refused(
        &[RegisteredModels],
        "name = 1",
        "Expected a quoted string value or a list of quoted string values for attributes. Got value 1",
    );
    refused(
        &[ModelVersions],
        "name = 1.5",
        "Only the '{'version_number', 'creation_timestamp', 'last_updated_timestamp'}' attributes \
         support comparison with numeric values.",
    );
    refused(
        &BOTH,
        "name = NULL",
        "Expected a quoted string value or a list of quoted string values for attributes. Got value NULL",
    );
}

#[test]
fn lists_hold_quoted_strings() {
    const WHERE: &str = "While parsing a list in the query, expected";
    refused(&BOTH, "name IN ()", &format!("{WHERE} a non-empty list of string values, but got empty list"));
    for (list, shown) in [("(1)", "(1,)"), ("('a',1)", "('a', 1)"), ("(\"it's\", 1.5)", "(\"it's\", 1.5)")] {
        let message = format!(
            "{WHERE} string value, punctuation, or whitespace, but got different type in list: {shown}"
        );
        refused(&BOTH, &format!("name IN {list}"), &message);
    }
    // MLflow crashes on the bare word, and reads the next three as Python: 'ab', 'ab', a line break.
    for list in ["(a)", "('a' 'b')", "('a''b')", r"('a\nb')", "(,)", "('a',,)", "('a',('b'))"] {
        let message = format!("{WHERE} a non-empty list of string values, but got ill-formed list.");
        refused(&BOTH, &format!("name IN {list}"), &message);
    }
    means(
        &BOTH,
        &[r#"name IN ('a\\b', 'it\'s', "c\d")"#],
        &[text(Name, In(many(&[r"a\b", "it's", r"c\d"])))],
    );

    let message =
        "Only ['name', 'run_id'] attributes support comparison with a list of quoted string values.";
    refused(&[ModelVersions], "source_path IN ('a')", message);
    refused(&[ModelVersions], "version_number IN (1)", message);
    // MLflow lets these through to the database, which fails.
    for comparator in ["=", "!=", "LIKE", "ILIKE"] {
        let message = format!("Expected a quoted string value for comparator {comparator}. Got value ('a')");
        refused(&BOTH, &format!("name {comparator} ('a')"), &message);
    }
}

#[test]
fn version_numbers_are_integers() {
    let cases = [
        ("=", NumberComparison::Equal),
        ("!=", NumberComparison::NotEqual),
        ("<", Less),
        ("<=", LessOrEqual),
        (">", Greater),
        (">=", GreaterOrEqual),
    ];
    for (comparator, comparison) in cases {
        let filters = [
            format!("version_number {comparator} 7"),
            format!("version_number{comparator}7"),
            format!("version_number {comparator} '7'"),
            format!("attribute.version_number {comparator} \" +007 \""),
        ];
        let filters: Vec<&str> = filters.iter().map(String::as_str).collect();
        means(&[ModelVersions], &filters, &[version(comparison, 7)]);
    }
    means(&[ModelVersions], &["version_number > -1"], &[version(Greater, -1)]);

    for comparator in ["LIKE", "<>", "=="] {
        let message = format!("Invalid comparator for attribute version_number: {comparator}");
        refused(&[ModelVersions], &format!("version_number {comparator} '1'"), &message);
    }
    for value in ["1.5", "'a'", "'1.0'", "''", "'1_0'", "\"it's\""] {
        let message = format!("Invalid value for numeric attribute 'version_number': {value}");
        refused(&[ModelVersions], &format!("version_number = {value}"), &message);
    }
    refused(
        &[ModelVersions],
        "version_number < 99999999999999999999",
        "Invalid value for numeric attribute 'version_number': 99999999999999999999 \
         (it does not fit into 64 bits)",
    );
}

#[test]
fn the_first_kind_of_error_wins_as_in_mlflow() {
    refused(
        &[RegisteredModels],
        "name > 'x' AND tag.k = 1 AND foo",
        "Invalid clause(s) in filter string: foo",
    );
    refused(
        &[RegisteredModels],
        "name > 'x' AND tag.k = 1",
        "Expected a quoted string value for tag (e.g. 'my-value'). Got value 1",
    );
}

#[test]
fn conditions_on_the_prompt_tag_are_folded() {
    let cases = [
        ("tag.`mlflow.prompt.is_prompt` = 'true'", Prompts::Only),
        ("tags.mlflow.prompt.is_prompt = 'True'", Prompts::Only),
        ("tag.\"mlflow.prompt.is_prompt\" != 'false'", Prompts::Only),
        ("tag.`mlflow.prompt.is_prompt` != 'true'", Prompts::Exclude),
        ("tag.`mlflow.prompt.is_prompt` = 'false'", Prompts::Exclude),
        ("tag.`mlflow.prompt.is_prompt` = 'other'", Prompts::Exclude),
        ("tag.`mlflow.prompt.is_prompt` != 'other'", Prompts::Exclude),
        ("tag.`mlflow.prompt.is_prompt` LIKE 'tr%'", Prompts::Exclude),
    ];
    for (filter, expected) in cases {
        prompts(filter, expected);
        prompts(&format!("{filter} AND {filter}"), expected);
    }

    let (only, exclude) = (cases[0].0, cases[3].0);
    prompts(&format!("{only} AND {}", cases[6].0), Prompts::Only);
    prompts(&format!("{only} AND {exclude}"), Prompts::Nothing);
    // Here MLflow heeds only the first condition and returns all models.
    prompts(&format!("{exclude} AND {only}"), Prompts::Nothing);

    let filter = format!("name = 'x' AND {only}");
    let expected = Filter { conditions: vec![text(Name, Equal(one("x")))], prompts: Prompts::Only };
    assert_eq!(parse_filter(RegisteredModels, Some(&filter)), Ok(expected));
    assert!(only.contains(IS_PROMPT));
}

#[test]
fn the_size_of_a_filter_is_limited() {
    let longest = format!("name = '{}'", "é".repeat(MAX_TEXT_CHARACTERS - 9));
    assert!(parse_filter(RegisteredModels, Some(&longest)).is_ok());
    refused(
        &BOTH,
        &format!("{longest} "),
        "Invalid filter: it may have at most 16384 characters, but got 16385.",
    );

    let most = "name='x' ".repeat(MAX_CONDITIONS);
    assert!(parse_filter(ModelVersions, Some(&most)).is_ok());
    refused(&BOTH, &format!("{most}name='x'"), "A search may have at most 128 conditions, but got 129.");

    let list = |count: usize| format!("name IN ({})", "'x',".repeat(count));
    assert!(parse_filter(ModelVersions, Some(&list(MAX_LIST_VALUES))).is_ok());
    refused(
        &BOTH,
        &list(MAX_LIST_VALUES + 1),
        "A search may have at most 1000 values in one list, but got 1001.",
    );

    refused(&BOTH, "name = 'a\0b'", "Invalid filter: it must not contain NUL characters.");
}

#[test]
fn no_input_of_full_length_is_slow() {
    let pieces = [
        "'", "\"", "`", "\\'", "''", "(", ")", "()", "a-", "/*", "--", "#", "a.", "a.`", "name=", "-1", "; ",
    ];
    for first in pieces {
        for second in pieces {
            let unit = format!("{first}{second}");
            let filter = unit.repeat(MAX_TEXT_CHARACTERS / unit.len());
            assert!(parse_filter(RegisteredModels, Some(&filter)).is_err(), "{unit}");
        }
    }
}
