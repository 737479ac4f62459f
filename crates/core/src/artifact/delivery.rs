//! Which bytes of an artifact a reader gets: the answer to `Range`, `If-Range` and `If-None-Match` (RFC 9110).

use std::ops::Range;

/// What is known of a stored artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Bytes.
    pub size: u64,
    /// Unix milliseconds.
    pub modified: i64,
    /// Changes with the bytes; in double quotes.
    pub etag: String,
}

/// What a reader asks for: the values of the headers, as far as they were given.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// `Range`
    pub range: Option<String>,
    /// `If-Range`
    pub if_range: Option<String>,
    /// `If-None-Match`
    pub if_none_match: Option<String>,
    /// Only the headers are wanted.
    pub head: bool,
}

/// What the reader gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Everything.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Nothing: the reader has it already.
    NotModified,
    /// Nothing: the range lies behind the end.
    Unsatisfiable,
}

impl Wish {
    /// Whether the whole artifact is wanted without conditions, so that it can be sent without a look at its facts.
    pub fn is_plain(&self) -> bool {
        self.range.is_none() && self.if_none_match.is_none() && !self.head
    }

    /// Decides. A header that cannot be understood counts as absent, and so do several ranges at once: they would
    /// let a small request ask for the same bytes over and over.
    pub fn decide(&self, facts: &Facts) -> Delivery {
        if self.if_none_match.as_deref().is_some_and(|list| lists(list, &facts.etag)) {
            return Delivery::NotModified;
        }
        let current = self.if_range.as_deref().is_none_or(|etag| etag.trim() == facts.etag);
        let Some(asked) = self.range.as_deref().filter(|_| current).and_then(Asked::parse) else {
            return Delivery::Whole;
        };
        match asked.within(facts.size) {
            Some(range) => Delivery::Part(range),
            None => Delivery::Unsatisfiable,
        }
    }
}

/// Whether a list of entity tags names this one; weak ones count (that is the rule for `If-None-Match`).
fn lists(list: &str, etag: &str) -> bool {
    list.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
}

/// A range as it was asked for.
enum Asked {
    From(u64),
    Between(u64, u64),
    Last(u64),
}

impl Asked {
    fn parse(header: &str) -> Option<Self> {
        let (unit, range) = header.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (first, last) = range.trim().split_once('-')?;
        match (number(first), number(last)) {
            (None, Some(count)) if first.is_empty() => Some(Self::Last(count)),
            (Some(first), None) if last.is_empty() => Some(Self::From(first)),
            (Some(first), Some(last)) if first <= last => Some(Self::Between(first, last)),
            _ => None,
        }
    }

    fn within(&self, size: u64) -> Option<Range<u64>> {
        let range = match *self {
            Self::From(first) => first..size,
            Self::Between(first, last) => first..last.saturating_add(1).min(size),
            Self::Last(count) => size.saturating_sub(count)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(range: &str, size: u64) -> Delivery {
        let facts = Facts { size, modified: 0, etag: "\"a\"".into() };
        Wish { range: Some(range.to_owned()), ..Wish::default() }.decide(&facts)
    }

    #[test]
    fn one_range_is_cut_to_the_file() {
        for (range, expected) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-", 2..10),
            ("bytes=-3", 7..10),
            ("bytes=-99", 0..10),
            ("bytes=9-99", 9..10),
            ("BYTES = 1-2", 1..3),
            ("bytes=0-18446744073709551615", 0..10),
        ] {
            assert_eq!(decide(range, 10), Delivery::Part(expected), "{range}");
        }
        for behind in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
            assert_eq!(decide(behind, 10), Delivery::Unsatisfiable, "{behind}");
        }
        assert_eq!(decide("bytes=0-", 0), Delivery::Unsatisfiable);
    }

    #[test]
    fn what_is_no_single_range_asks_for_everything() {
        let many = format!("bytes={}", vec!["0-0"; 10_000].join(","));
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=+1-2",
            "lines=1-2",
            "bytes=0-0,1-1",
            &many,
        ] {
            assert_eq!(decide(range, 10), Delivery::Whole, "{range}");
        }
    }

    #[test]
    fn conditions_compare_tags() {
        let facts = Facts { size: 10, modified: 0, etag: "\"a\"".into() };
        let wish =
            |if_none_match: &str| Wish { if_none_match: Some(if_none_match.into()), ..Wish::default() };
        for same in ["\"a\"", "W/\"a\"", "*", "\"x\", \"a\""] {
            assert_eq!(wish(same).decide(&facts), Delivery::NotModified, "{same}");
        }
        assert_eq!(wish("\"b\"").decide(&facts), Delivery::Whole);
        let resumed = |if_range: &str| Wish {
            range: Some("bytes=1-".into()),
            if_range: Some(if_range.into()),
            ..Wish::default()
        };
        assert_eq!(resumed("\"a\"").decide(&facts), Delivery::Part(1..10));
        assert_eq!(resumed("\"b\"").decide(&facts), Delivery::Whole);
    }
}
