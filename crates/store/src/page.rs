//! Pages: lists of bound values, and the tokens that carry a search on from its last row.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use greenroom_core::{Error, Result};
use serde_json::{Value, json};

use crate::db::Param;

/// Parents whose children are loaded by one query.
pub const CHILDREN: usize = 512;
/// Lists are padded to these lengths, so that few texts have to be prepared.
const PADDED: [usize; 5] = [1, 8, 32, 128, CHILDREN];

fn padded_length(length: usize) -> usize {
    PADDED.into_iter().find(|n| *n >= length).unwrap_or(length)
}

/// `$n, $n+1, ...` for `IN (...)` and what to bind; the last value is repeated as padding.
pub(crate) fn in_list<'a, T>(values: &[T], first: usize) -> (String, Vec<Param<'a>>)
where
    T: Copy + Default + Into<Param<'a>>,
{
    let length = padded_length(values.len());
    let list: Vec<String> = (first..first + length).map(|n| format!("${n}")).collect();
    let filler = values.last().copied().unwrap_or_default();
    let bound = (0..length).map(|i| values.get(i).copied().unwrap_or(filler).into()).collect();
    (list.join(", "), bound)
}

/// `($1, $2), ($3, $4), ...` for `(a, b) IN (...)`, written so that both engines take it.
pub(crate) fn in_pairs<'a>(pairs: &[(&'a str, i64)]) -> (String, Vec<Param<'a>>) {
    let length = padded_length(pairs.len());
    let list: Vec<String> =
        (0..length).map(|i| format!("(${}, CAST(${} AS BIGINT))", 2 * i + 1, 2 * i + 2)).collect();
    let filler = pairs.last().copied().unwrap_or_default();
    let bound = (0..length)
        .flat_map(|i| {
            let (text, number) = pairs.get(i).copied().unwrap_or(filler);
            [text.into(), number.into()]
        })
        .collect();
    (format!("VALUES {}", list.join(", ")), bound)
}

/// Cuts a list that was read with one row more than a page has; says whether that row was there.
pub fn cut<T>(rows: &mut Vec<T>, limit: i64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    more
}

/// Writes a token: the sort values of the page's last row, bound to the search they belong to.
pub(crate) fn token(search: &str, values: &[Value]) -> String {
    STANDARD.encode(json!({ "search": search, "after": values }).to_string())
}

/// Reads a token back; the first sentences are MLflow's.
pub(crate) fn read_token(token: &str, search: &str, columns: usize) -> Result<Vec<Value>> {
    let bytes =
        STANDARD.decode(token).map_err(|_| Error::invalid("Invalid page token, could not base64-decode"))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::invalid("Invalid page token, could not base64-decode"))?;
    let mut value: Value = serde_json::from_str(&text)
        .map_err(|_| Error::invalid(format!("Invalid page token, decoded value={text}")))?;
    if value["search"] != search {
        return Err(Error::invalid(
            "Invalid page token: it belongs to another search. Give back a token with the filter and order it came from.",
        ));
    }
    match value["after"].take() {
        Value::Array(values) if values.len() == columns => Ok(values),
        _ => Err(Error::invalid(format!("Invalid page token, parsed value={text}"))),
    }
}
