//! Orders of several terms, and the place after a row in them. No term is ever NULL: what can be missing is two
//! terms, whether it is there and what it is.

use greenroom_core::Result;
use serde_json::{Value, json};

use crate::db::{Param, Row};
use crate::search::{Sql, bad_token};

/// What a term holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Float,
    Text,
}

/// One term of an order.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) expression: String,
    pub(crate) descending: bool,
    pub(crate) kind: Kind,
}

impl Term {
    pub(crate) fn new(expression: impl Into<String>, descending: bool, kind: Kind) -> Self {
        Self { expression: expression.into(), descending, kind }
    }
}

/// Adds ` ORDER BY ...`.
pub(crate) fn order_by(sql: &mut Sql, terms: &[Term]) {
    let terms: Vec<String> = terms
        .iter()
        .map(|term| format!("{} {}", term.expression, if term.descending { "DESC" } else { "ASC" }))
        .collect();
    sql.push("\nORDER BY ").push(&terms.join(", "));
}

/// Adds ` ORDER BY ...` as a sort that no index may stand in for.
pub(crate) fn sorted_by(sql: &mut Sql, terms: &[Term]) {
    let terms: Vec<Term> = terms
        .iter()
        .map(|term| {
            let nothing = if term.kind == Kind::Text { "|| ''" } else { "+ 0" };
            Term::new(format!("({} {nothing})", term.expression), term.descending, term.kind)
        })
        .collect();
    order_by(sql, &terms);
}

/// Adds ` AND the row comes after the one with these values`.
pub(crate) fn after(sql: &mut Sql, terms: &[Term], values: &[Value]) -> Result<()> {
    if terms.len() != values.len() {
        return Err(bad_token());
    }
    let mut open = 0;
    for (index, (term, value)) in terms.iter().zip(values).enumerate() {
        let (column, operator) = (&term.expression, if term.descending { "<" } else { ">" });
        let place = sql.place(param(term.kind, value)?);
        if index == 0 {
            // Implied by the others; said aloud it lets an index find the place.
            sql.push(&format!("\n  AND {column} {operator}= {place}\n  AND ("));
            open += 1;
        }
        sql.push(&format!("{column} {operator} {place}"));
        if index + 1 < terms.len() {
            sql.push(&format!(" OR ({column} = {place} AND ("));
            open += 2;
        }
    }
    sql.push(&")".repeat(open));
    Ok(())
}

/// A value of a token as it is bound, if it fits the term.
pub(crate) fn param(kind: Kind, value: &Value) -> Result<Param<'static>> {
    match (kind, value) {
        (Kind::Int, Value::Number(number)) => number.as_i64().map(Into::into).ok_or_else(bad_token),
        (Kind::Text, Value::String(text)) if !text.contains('\0') => Ok(text.clone().into()),
        // As text: JSON's readers do not all give back the same float.
        (Kind::Float, Value::String(text)) => {
            let float = text.parse::<f64>().ok().filter(|float| float.is_finite());
            float.map(Into::into).ok_or_else(bad_token)
        }
        _ => Err(bad_token()),
    }
}

/// Adds `SELECT` of what [`value`] reads: the value of one term in one row.
pub(crate) fn select_value(sql: &mut Sql, place: usize, term: &Term) {
    let column = |kind, name| if term.kind == kind { term.expression.as_str() } else { name };
    let (int, float, text) = (
        column(Kind::Int, "CAST(NULL AS BIGINT)"),
        column(Kind::Float, "CAST(NULL AS DOUBLE PRECISION)"),
        column(Kind::Text, "CAST(NULL AS TEXT)"),
    );
    sql.push(&format!("SELECT {place} AS place, {int}, {float}, {text}"));
}

/// The value of a term, for a page token.
pub(crate) fn value(row: &Row<'_>) -> Result<Value> {
    if let Some(int) = row.get::<Option<i64>>(1)? {
        return Ok(json!(int));
    }
    if let Some(float) = row.get::<Option<f64>>(2)? {
        return Ok(json!(format!("{float:?}")));
    }
    Ok(json!(row.get::<String>(3)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> [Term; 3] {
        [
            Term::new("a", false, Kind::Int),
            Term::new("b", true, Kind::Float),
            Term::new("c", false, Kind::Text),
        ]
    }

    #[test]
    fn the_place_after_a_row_nests() {
        let mut sql = Sql::default();
        after(&mut sql, &terms(), &[json!(1), json!("0.5"), json!("x")]).expect("fits");
        assert_eq!(
            sql.text,
            "\n  AND a >= $1\n  AND (a > $1 OR (a = $1 AND (b < $2 OR (b = $2 AND (c > $3)))))"
        );
        assert_eq!(sql.params, [Param::Int(1), Param::Float(0.5), Param::Text("x".into())]);
    }

    #[test]
    fn a_forged_token_is_refused() {
        for values in [
            vec![json!(1), json!("0.5")],
            vec![json!("1"), json!("0.5"), json!("x")],
            vec![json!(1), json!("NaN"), json!("x")],
            vec![json!(1), json!("inf"), json!("x")],
            vec![json!(1), json!(0.5), json!("x")],
            vec![json!(1), json!("0.5"), json!("x\0")],
            vec![json!(1.5), json!("0.5"), json!("x")],
        ] {
            after(&mut Sql::default(), &terms(), &values).expect_err("forged");
        }
    }

    #[test]
    fn every_float_survives_a_token() {
        for float in [0.1 + 0.2, f64::MAX, f64::MIN_POSITIVE, -0.0, 1e-300, 5e-324] {
            let text = format!("{float:?}");
            let Param::Float(back) = param(Kind::Float, &json!(text)).expect("finite") else {
                panic!("a float");
            };
            assert_eq!(back.to_bits(), float.to_bits());
        }
    }
}
