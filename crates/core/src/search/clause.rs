//! Cuts the tokens of a filter into clauses: a left side, a comparator, a right side. What the sides mean
//! is not looked at here; the grammars of the registry and of tracking share this step.

use super::lex::{Kind, Token};
use super::text::python_string;
use crate::Error;

/// Words that are never a key or a value unless they stand behind a dot or in quotes.
const RESERVED: [&str; 10] = ["AND", "OR", "NOT", "IN", "IS", "LIKE", "ILIKE", "RLIKE", "REGEXP", "BETWEEN"];

/// Three pieces of text that stand as a comparison.
#[derive(Clone, Debug)]
pub(super) struct Clause<'a> {
    pub(super) left: Operand<'a>,
    /// In upper case, with single blanks.
    pub(super) comparator: String,
    pub(super) right: Operand<'a>,
}

/// Why a text is no list of clauses.
#[derive(Debug)]
pub(super) enum Flaw<'a> {
    /// White space only.
    Blank,
    /// Something follows a semicolon.
    Several,
    /// These pieces are neither a clause nor an AND.
    NotClauses(Vec<&'a str>),
}

impl Flaw<'_> {
    /// The refusal in the words of most of MLflow's searches. Runs put quotes around the pieces.
    pub(super) fn error(self, text: &str, quote: &str) -> Error {
        Error::invalid(match self {
            Flaw::Blank => format!("Invalid filter '{text}'. Could not be parsed."),
            Flaw::Several => format!(
                "Search filter contained multiple expression {}. Provide AND-ed expression list.",
                python_string(text)
            ),
            Flaw::NotClauses(pieces) => {
                let pieces: Vec<String> =
                    pieces.iter().map(|piece| format!("{quote}{piece}{quote}")).collect();
                format!("Invalid clause(s) in filter string: {}", pieces.join(", "))
            }
        })
    }
}

/// All clauses of a text that was cut into these tokens.
pub(super) fn clauses<'a>(text: &'a str, tokens: &'a [Token<'a>]) -> Result<Vec<Clause<'a>>, Flaw<'a>> {
    if !text.is_empty() && text.trim().is_empty() {
        return Err(Flaw::Blank);
    }
    // A trailing semicolon is reported with the other invalid pieces.
    let ends = tokens.iter().position(|token| token.kind == Kind::Semicolon);
    if ends.is_some_and(|end| end + 1 < tokens.len()) {
        return Err(Flaw::Several);
    }
    Clauses::new(text, tokens).split().map_err(Flaw::NotClauses)
}

/// One side of a comparison: a token, a group in parentheses, or (on the left) an expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand<'a> {
    pub(super) shape: Shape,
    /// As written.
    pub(super) text: &'a str,
    /// For a group, what stands between the parentheses.
    pub(super) inside: &'a [Token<'a>],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Single(Kind),
    Group,
    Expression,
}

/// Walks over the tokens once, from left to right.
struct Clauses<'a> {
    text: &'a str,
    tokens: &'a [Token<'a>],
    /// For each opening parenthesis that is closed: the index of its partner.
    partners: Vec<Option<usize>>,
}

impl<'a> Clauses<'a> {
    fn new(text: &'a str, tokens: &'a [Token<'a>]) -> Self {
        let mut partners = vec![None; tokens.len()];
        let mut open = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            match token.kind {
                Kind::Open => open.push(index),
                Kind::Close => {
                    if let Some(partner) = open.pop() {
                        partners[partner] = Some(index);
                    }
                }
                _ => {}
            }
        }
        Self { text, tokens, partners }
    }

    /// All clauses, or everything that is neither a clause nor an AND. Clauses need no AND between
    /// them, and an AND needs no clause (MLflow's behaviour).
    fn split(&self) -> Result<Vec<Clause<'a>>, Vec<&'a str>> {
        let mut clauses = Vec::new();
        let mut invalid = Vec::new();
        let mut at = 0;

        while at < self.tokens.len() {
            if self.tokens[at].is_word("AND") {
                at += 1;
                continue;
            }
            let Some((left, after)) = self.left(at) else {
                invalid.push(self.tokens[at].text);
                at += 1;
                continue;
            };
            at = after;
            match self.tail(after) {
                Some((comparator, right, after)) => {
                    clauses.push(Clause { left, comparator, right });
                    at = after;
                }
                None => invalid.push(left.text),
            }
        }

        if invalid.is_empty() { Ok(clauses) } else { Err(invalid) }
    }

    /// What stands left of a comparator, and the index behind it. Operators bind here, so that a key
    /// that needed backticks (`tag.a-b`) is reported whole.
    fn left(&self, at: usize) -> Option<(Operand<'a>, usize)> {
        let (mut operand, mut after) = self.primary(at)?;

        while self.kind(after) == Some(Kind::Operator) {
            let Some((_, end)) = self.primary(after + 1) else { break };
            operand = Operand { shape: Shape::Expression, text: self.source(at, end), inside: &[] };
            after = end;
        }

        Some((operand, after))
    }

    /// The comparator and the right side that begin at this index, and the index behind them.
    fn tail(&self, at: usize) -> Option<(String, Operand<'a>, usize)> {
        if self.kind(at) == Some(Kind::Comparator) {
            let (right, after) = self.primary(at + 1)?;
            return Some((self.tokens[at].text.to_owned(), right, after));
        }

        let negated = usize::from(self.word(at, "NOT"));
        let verb = self.tokens.get(at + negated)?;
        let prefix = if negated == 1 { "NOT " } else { "" };
        if ["LIKE", "ILIKE", "RLIKE", "REGEXP"].iter().any(|keyword| verb.is_word(keyword)) {
            let (right, after) = self.primary(at + negated + 1)?;
            return Some((format!("{prefix}{}", verb.text.to_ascii_uppercase()), right, after));
        }
        if verb.is_word("IN") {
            let (right, after) = self.primary(at + negated + 1)?;
            let list = right.shape == Shape::Group;
            return list.then(|| (format!("{prefix}IN"), right, after));
        }

        let not_null = usize::from(self.word(at + 1, "NOT"));
        if verb.is_word("IS") && self.word(at + 1 + not_null, "NULL") {
            let comparator = if not_null == 1 { "IS NOT NULL" } else { "IS NULL" };
            let (right, after) = self.primary(at + 1 + not_null)?;
            return Some((comparator.to_owned(), right, after));
        }
        None
    }

    /// A single token that can be compared, or a group.
    fn primary(&self, at: usize) -> Option<(Operand<'a>, usize)> {
        let token = self.tokens.get(at)?;
        match token.kind {
            Kind::Word if RESERVED.iter().any(|reserved| token.is_word(reserved)) => None,
            Kind::Word
            | Kind::Path
            | Kind::Backticked
            | Kind::SingleQuoted
            | Kind::DoubleQuoted
            | Kind::Integer
            | Kind::Float => {
                let shape = Shape::Single(token.kind);
                Some((Operand { shape, text: token.text, inside: &[] }, at + 1))
            }
            Kind::Open => {
                let close = self.partners[at]?;
                let text = self.source(at, close + 1);
                let inside = &self.tokens[at + 1..close];
                Some((Operand { shape: Shape::Group, text, inside }, close + 1))
            }
            _ => None,
        }
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn word(&self, at: usize, keyword: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_word(keyword))
    }

    /// The text from one token up to and without another, as written.
    fn source(&self, from: usize, until: usize) -> &'a str {
        &self.text[self.tokens[from].start..self.tokens[until - 1].end()]
    }
}
