//! Properties of tracking's grammars: they never panic, what is written in MLflow's syntax comes back as it was
//! meant, and an order gives every row one place.

use greenroom_core::search::{
    DatasetField, EntryTest, ExperimentSort, LoggedModelOrderItem, NumberComparison, RunCondition, RunSort,
    RunText, TextComparison, parse_experiment_filter, parse_experiment_order, parse_logged_model_filter,
    parse_logged_model_order, parse_run_filter, parse_run_order,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A backslash before the closing quote would keep it open, and nothing escapes a quote.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    format!("{quote}{text}{quote}")
}

fn print_text(comparison: &TextComparison) -> String {
    match comparison {
        TextComparison::Equal(value) => format!("= {}", quoted(value)),
        TextComparison::NotEqual(value) => format!("!= {}", quoted(value)),
        TextComparison::Like(value) => format!("LIKE {}", quoted(value)),
        TextComparison::Ilike(value) => format!("ilike {}", quoted(value)),
        TextComparison::In(_) | TextComparison::NotIn(_) => {
            unreachable!("the registry's properties print lists")
        }
    }
}

fn print_test(test: &EntryTest) -> String {
    match test {
        EntryTest::Is(comparison) => print_text(comparison),
        EntryTest::Present => "IS NOT NULL".to_owned(),
        EntryTest::Absent => "is null".to_owned(),
    }
}

fn print_number(comparison: NumberComparison) -> &'static str {
    match comparison {
        NumberComparison::Equal => "=",
        NumberComparison::NotEqual => "!=",
        NumberComparison::Less => "<",
        NumberComparison::LessOrEqual => "<=",
        NumberComparison::Greater => ">",
        NumberComparison::GreaterOrEqual => ">=",
    }
}

fn print(condition: &RunCondition) -> String {
    match condition {
        RunCondition::Text { column, comparison } => {
            let key = match column {
                RunText::Id => "run_id",
                RunText::Name => "attributes.`Run name`",
                RunText::Status => "run.status",
                RunText::User => "`user_id`",
                RunText::ArtifactUri => "attr.artifact_uri",
            };
            format!("{key} {}", print_text(comparison))
        }
        RunCondition::Time { .. } => unreachable!("the tables cover times"),
        RunCondition::Metric { key, comparison, value } => {
            format!("metrics.`{key}` {} {value:?}", print_number(*comparison))
        }
        RunCondition::Param { key, test } => format!("params.`{key}` {}", print_test(test)),
        RunCondition::Tag { key, test } => format!("tag.`{key}` {}", print_test(test)),
        RunCondition::Dataset { field, comparison } => {
            let field = match field {
                DatasetField::Name => "name",
                DatasetField::Digest => "digest",
                DatasetField::Context => "context",
            };
            format!("datasets.{field} {}", print_text(comparison))
        }
    }
}

fn any_text() -> impl Strategy<Value = TextComparison> {
    let value = prop_oneof!["[ a-zA-Z0-9'\"`\\\\;()%_=.,é名-]{0,12}", "\\PC{0,12}"]
        .prop_filter("no syntax can hold it", |value| {
            !(value.ends_with('\\') || value.contains('\'') && value.contains('"'))
        });
    (value, 0..4).prop_map(|(value, which)| match which {
        0 => TextComparison::Equal(value),
        1 => TextComparison::NotEqual(value),
        2 => TextComparison::Like(value),
        _ => TextComparison::Ilike(value),
    })
}

fn any_test() -> impl Strategy<Value = EntryTest> {
    prop_oneof![any_text().prop_map(EntryTest::Is), Just(EntryTest::Present), Just(EntryTest::Absent)]
}

fn any_condition() -> impl Strategy<Value = RunCondition> {
    let key = "[ /_.a-zA-Z0-9é名:'\"-]{1,12}";
    let texts = vec![RunText::Id, RunText::Name, RunText::Status, RunText::User, RunText::ArtifactUri];
    let fields = vec![DatasetField::Name, DatasetField::Digest, DatasetField::Context];
    let numbers = vec![
        NumberComparison::Equal,
        NumberComparison::NotEqual,
        NumberComparison::Less,
        NumberComparison::LessOrEqual,
        NumberComparison::Greater,
        NumberComparison::GreaterOrEqual,
    ];
    let float = any::<f64>().prop_filter("a filter has no other numbers", |value| value.is_finite());
    prop_oneof![
        (select(texts), any_text())
            .prop_map(|(column, comparison)| RunCondition::Text { column, comparison }),
        (key, select(numbers), float).prop_map(|(key, comparison, value)| RunCondition::Metric {
            key,
            comparison,
            value
        }),
        (key, any_test()).prop_map(|(key, test)| RunCondition::Param { key, test }),
        (key, any_test()).prop_map(|(key, test)| RunCondition::Tag { key, test }),
        (select(fields), any_text())
            .prop_map(|(field, comparison)| RunCondition::Dataset { field, comparison }),
    ]
}

/// Strings made of the grammars' own pieces get much further into the parsers than random ones.
fn almost_a_filter() -> impl Strategy<Value = String> {
    let pieces = vec![
        "name",
        "status",
        "metrics.",
        "params.",
        "tags.`a b`",
        "datasets.name",
        "start_time",
        "experiment_id",
        "=",
        "!=",
        "<",
        "LIKE",
        "NOT",
        "IN",
        "IS",
        "NULL",
        "AND",
        "OR",
        "(",
        ")",
        ",",
        ";",
        "'",
        "\"",
        "`",
        "\\",
        "'x'",
        "1",
        "-",
        ".5",
        "1e",
        "1e999",
        ".",
        " ",
        "\n",
        "--",
        "/*",
        "DESC",
        "é",
        "%",
    ];
    vec(select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_a_parser_panic(text in prop_oneof![any::<String>(), almost_a_filter()]) {
        let _ = parse_run_filter(Some(&text));
        let _ = parse_experiment_filter(Some(&text));
        let _ = parse_logged_model_filter(Some(&text));
        let _ = parse_run_order(std::slice::from_ref(&text));
        let _ = parse_experiment_order(std::slice::from_ref(&text));
        let _ = parse_logged_model_order(&[LoggedModelOrderItem { field_name: text, ..Default::default() }]);
    }

    #[test]
    fn a_printed_filter_parses_to_itself(conditions in vec(any_condition(), 0..6)) {
        let printed: Vec<String> = conditions.iter().map(print).collect();
        prop_assert_eq!(parse_run_filter(Some(&printed.join(" AND "))), Ok(conditions));
    }

    #[test]
    fn every_order_gives_each_row_its_own_place(
        items in vec(select(vec!["start_time", "created DESC", "run_id DESC", "metrics.a", "params.a DESC", "status"]), 0..5),
        names in vec(select(vec!["name", "experiment_id DESC", "creation_time"]), 0..4),
    ) {
        let owned = |items: Vec<&str>| items.into_iter().map(str::to_owned).collect::<Vec<_>>();
        if let Ok(order) = parse_run_order(&owned(items)) {
            prop_assert_eq!(order.iter().filter(|key| key.by == RunSort::Text(RunText::Id)).count(), 1);
        }
        let order = parse_experiment_order(&owned(names)).expect("keys may repeat");
        prop_assert_eq!(order.iter().filter(|key| key.by == ExperimentSort::Id).count(), 1);
    }
}
