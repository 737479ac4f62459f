//! Properties of the search grammar: it never panics, and what is written in MLflow's syntax comes back
//! as it was meant.

use greenroom_core::search::{
    Condition, Filter, NumberColumn, NumberComparison, OrderColumn, Prompts, Target, TextColumn,
    TextComparison, parse_filter, parse_order_by,
};
use greenroom_core::tag::IS_PROMPT;
use proptest::collection::vec;
use proptest::prelude::*;

/// Text between quotes that it does not contain; nothing can escape a quote in this grammar, and a
/// backslash before the closing one would keep it open.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    format!("{quote}{text}{quote}")
}

fn printable(text: &str) -> bool {
    let both_quotes = text.contains('\'') && text.contains('"');
    !both_quotes && !text.ends_with('\\')
}

/// In lists a backslash is escaped, as Python's `repr` would do.
fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(&value.replace('\\', "\\\\"))).collect();
    format!("({})", values.join(", "))
}

fn text_comparison(comparison: &TextComparison) -> String {
    match comparison {
        TextComparison::Equal(value) => format!("= {}", quoted(value)),
        TextComparison::NotEqual(value) => format!("!= {}", quoted(value)),
        TextComparison::Like(value) => format!("LIKE {}", quoted(value)),
        TextComparison::Ilike(value) => format!("ILIKE {}", quoted(value)),
        TextComparison::In(values) => format!("IN {}", list(values)),
        TextComparison::NotIn(values) => format!("NOT IN {}", list(values)),
    }
}

fn print_condition(condition: &Condition) -> String {
    match condition {
        Condition::Text { column, comparison } => {
            let key = match column {
                TextColumn::Name => "name",
                TextColumn::RunId => "run_id",
                TextColumn::Source => "source_path",
            };
            format!("{key} {}", text_comparison(comparison))
        }
        Condition::Number { column: NumberColumn::Version, comparison, value } => {
            let comparator = match comparison {
                NumberComparison::Equal => "=",
                NumberComparison::NotEqual => "!=",
                NumberComparison::Less => "<",
                NumberComparison::LessOrEqual => "<=",
                NumberComparison::Greater => ">",
                NumberComparison::GreaterOrEqual => ">=",
            };
            format!("version_number {comparator} {value}")
        }
        Condition::Tag { key, comparison } => format!("tag.`{key}` {}", text_comparison(comparison)),
    }
}

fn print(filter: &Filter) -> String {
    let prompt = match filter.prompts {
        Prompts::Exclude => format!("tag.`{IS_PROMPT}` != 'true'"),
        Prompts::Only => format!("tag.`{IS_PROMPT}` = 'true'"),
        Prompts::Nothing => {
            format!("tag.`{IS_PROMPT}` = 'true' AND tag.{IS_PROMPT} = 'false'")
        }
    };
    let clauses: Vec<String> = filter.conditions.iter().map(print_condition).chain([prompt]).collect();
    clauses.join(" AND ")
}

fn any_value() -> impl Strategy<Value = String> {
    let odd = "[ a-zA-Z0-9'\"`\\\\;()%_=.,é名-]{0,12}";
    prop_oneof![odd, "\\PC{0,12}"].prop_filter("no syntax can hold it", |value| printable(value))
}

fn any_single() -> impl Strategy<Value = TextComparison> {
    (any_value(), 0..4).prop_map(|(value, which)| match which {
        0 => TextComparison::Equal(value),
        1 => TextComparison::NotEqual(value),
        2 => TextComparison::Like(value),
        _ => TextComparison::Ilike(value),
    })
}

fn any_list() -> impl Strategy<Value = TextComparison> {
    (vec(any_value(), 1..5), any::<bool>()).prop_map(|(values, negated)| {
        // A quote that touches another is refused in lists, since nobody agrees on what it means.
        let plain = |value: String| value.replace('\'', "").trim_end_matches('\\').to_owned();
        let values = values.into_iter().map(plain).collect();
        if negated { TextComparison::NotIn(values) } else { TextComparison::In(values) }
    })
}

fn any_text(columns: Vec<(TextColumn, bool)>) -> impl Strategy<Value = Condition> {
    (prop::sample::select(columns), any_single(), any_list(), any::<bool>()).prop_map(
        |((column, lists), single, list, wanted)| {
            let comparison = if lists && wanted { list } else { single };
            Condition::Text { column, comparison }
        },
    )
}

fn any_tag() -> impl Strategy<Value = Condition> {
    let key = "[ /_.a-zA-Z0-9é名:'\"-]{1,12}"
        .prop_filter("conditions on the prompt tag are folded", |key| key != IS_PROMPT);
    (key, any_single()).prop_map(|(key, comparison)| Condition::Tag { key, comparison })
}

fn any_number() -> impl Strategy<Value = Condition> {
    let comparisons = vec![
        NumberComparison::Equal,
        NumberComparison::NotEqual,
        NumberComparison::Less,
        NumberComparison::LessOrEqual,
        NumberComparison::Greater,
        NumberComparison::GreaterOrEqual,
    ];
    (prop::sample::select(comparisons), any::<i64>()).prop_map(|(comparison, value)| Condition::Number {
        column: NumberColumn::Version,
        comparison,
        value,
    })
}

fn any_filter(condition: impl Strategy<Value = Condition>) -> impl Strategy<Value = Filter> {
    let prompts = prop::sample::select(vec![Prompts::Exclude, Prompts::Only, Prompts::Nothing]);
    (vec(condition, 0..6), prompts).prop_map(|(conditions, prompts)| Filter { conditions, prompts })
}

fn model_filter() -> impl Strategy<Value = Filter> {
    any_filter(prop_oneof![any_text(vec![(TextColumn::Name, true)]), any_tag()])
}

fn version_filter() -> impl Strategy<Value = Filter> {
    let columns = vec![(TextColumn::Name, true), (TextColumn::RunId, true), (TextColumn::Source, false)];
    any_filter(prop_oneof![any_text(columns), any_tag(), any_number()])
}

/// Strings made of the grammar's own pieces get much further into the parser than random ones.
fn almost_a_filter() -> impl Strategy<Value = String> {
    let pieces = vec![
        "name",
        "version_number",
        "tag.",
        "tags.`a b`",
        "attribute.",
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
        ".",
        " ",
        "\n",
        "--",
        "/*",
        "*/",
        "#",
        "é",
        "%",
    ];
    vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in prop_oneof![any::<String>(), almost_a_filter()]) {
        for target in [Target::RegisteredModels, Target::ModelVersions] {
            let _ = parse_filter(target, Some(&text));
            let _ = parse_order_by(target, std::slice::from_ref(&text));
        }
    }

    #[test]
    fn a_printed_model_filter_parses_to_itself(filter in model_filter()) {
        prop_assert_eq!(parse_filter(Target::RegisteredModels, Some(&print(&filter))), Ok(filter));
    }

    #[test]
    fn a_printed_version_filter_parses_to_itself(filter in version_filter()) {
        prop_assert_eq!(parse_filter(Target::ModelVersions, Some(&print(&filter))), Ok(filter));
    }

    #[test]
    fn every_order_gives_each_row_its_own_place(
        items in vec(prop::sample::select(vec![
            "name", "name DESC", "timestamp", "version_number", "version_number DESC",
            "creation_timestamp", "last_updated_timestamp DESC",
        ]), 0..4),
    ) {
        let items: Vec<String> = items.into_iter().map(str::to_owned).collect();
        for target in [Target::RegisteredModels, Target::ModelVersions] {
            if let Ok(keys) = parse_order_by(target, &items) {
                let count = |column| keys.iter().filter(|key| key.column == column).count();
                prop_assert_eq!(count(OrderColumn::Name), 1);
                prop_assert_eq!(count(OrderColumn::Version), usize::from(target == Target::ModelVersions));
                prop_assert!(count(OrderColumn::CreatedAt) <= 1);
                prop_assert!(count(OrderColumn::UpdatedAt) <= 1);
            }
        }
    }
}
