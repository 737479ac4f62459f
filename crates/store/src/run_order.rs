//! The order of `runs/search` as terms.

use greenroom_core::search::{RunOrder, RunSort, RunTime};

use crate::keyset::{Kind, Term};
use crate::run_condition::text_column;

/// What a page token is bound to.
pub(crate) fn search_name(order: &[RunOrder]) -> String {
    let keys: Vec<String> =
        order.iter().map(|k| format!("{:?}{}", k.by, if k.descending { "-" } else { "+" })).collect();
    format!("runs:{}", keys.join(","))
}

/// A key of the order that is an entry of a run: its table and its key.
pub(crate) fn entry(by: &RunSort) -> Option<(&'static str, &str)> {
    match by {
        RunSort::Metric(key) => Some(("run_metrics", key)),
        RunSort::Param(key) => Some(("run_params", key)),
        RunSort::Tag(key) => Some(("run_tags", key)),
        RunSort::Text(_) | RunSort::Time(_) => None,
    }
}

/// The terms of the whole order. The entry of the first key is called `o`, those of the others `o1`, `o2` ...
pub(crate) fn terms(order: &[RunOrder]) -> Vec<Term> {
    let mut terms = Vec::with_capacity(2 * order.len());
    for (index, key) in order.iter().enumerate() {
        let o = alias(index);
        let (column, missing, empty, kind) = match &key.by {
            RunSort::Text(column) => {
                terms.push(Term::new(text_column(*column), key.descending, Kind::Text));
                continue;
            }
            RunSort::Time(RunTime::Started) => {
                terms.push(Term::new("r.started_at", key.descending, Kind::Int));
                continue;
            }
            RunSort::Time(RunTime::Ended) => (
                "r.ended_at".to_owned(),
                "CASE WHEN r.ended_at IS NULL THEN 1 ELSE 0 END".to_owned(),
                "0",
                Kind::Int,
            ),
            RunSort::Metric(_) => (
                format!("{o}.value"),
                format!("CASE WHEN {o}.key IS NULL THEN 2 WHEN {o}.is_nan THEN 1 ELSE 0 END"),
                "0",
                Kind::Float,
            ),
            RunSort::Param(_) | RunSort::Tag(_) => (
                format!("{o}.value"),
                format!("CASE WHEN {o}.key IS NULL THEN 1 ELSE 0 END"),
                "''",
                Kind::Text,
            ),
        };
        terms.push(Term::new(format!("CAST({missing} AS BIGINT)"), false, Kind::Int));
        terms.push(Term::new(format!("COALESCE({column}, {empty})"), key.descending, kind));
    }
    terms
}

pub(crate) fn alias(index: usize) -> String {
    if index == 0 { "o".to_owned() } else { format!("o{index}") }
}

#[cfg(test)]
mod tests {
    use greenroom_core::search::{RunText, parse_run_order};

    use super::*;

    #[test]
    fn what_can_be_missing_is_two_terms() {
        let order = parse_run_order(&["metrics.a DESC".to_owned(), "end_time".to_owned()]).expect("valid");
        let terms = terms(&order);
        let shown: Vec<(&str, bool)> = terms.iter().map(|t| (t.expression.as_str(), t.descending)).collect();
        assert_eq!(
            shown,
            [
                ("CAST(CASE WHEN o.key IS NULL THEN 2 WHEN o.is_nan THEN 1 ELSE 0 END AS BIGINT)", false),
                ("COALESCE(o.value, 0)", true),
                ("CAST(CASE WHEN r.ended_at IS NULL THEN 1 ELSE 0 END AS BIGINT)", false),
                ("COALESCE(r.ended_at, 0)", false),
                ("r.started_at", true),
                ("r.id", false),
            ]
        );
    }

    #[test]
    fn a_token_belongs_to_its_order() {
        let name = |items: &[&str]| {
            let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
            search_name(&parse_run_order(&items).expect("valid"))
        };
        assert_ne!(name(&["metrics.a"]), name(&["metrics.b"]));
        assert_ne!(name(&["metrics.a"]), name(&["params.a"]));
        assert_ne!(name(&["metrics.a"]), name(&["metrics.a DESC"]));
        assert_eq!(RunSort::Text(RunText::Id), parse_run_order(&[]).expect("valid")[1].by);
    }
}
