//! Cuts a filter or an `order_by` item into tokens. It never fails: what the grammar does not know
//! becomes an [`Kind::Other`] token, so that the parser can name it. Each character is looked at a
//! bounded number of times, whatever the input.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word: a key or a keyword.
    Word,
    /// Segments joined by dots: `tag.team`, ``tag.`my key` ``, `attribute.name`.
    Path,
    /// One name in backticks.
    Backticked,
    /// `'...'`
    SingleQuoted,
    /// `"..."`: a value, or a name.
    DoubleQuoted,
    /// `12`, `-3`
    Integer,
    /// `1.5`, `.5`, `1e5`
    Float,
    /// A run of `<>=~!`, known or not.
    Comparator,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// Arithmetic and the like; it has no meaning here but explains a bad key such as `tag.a-b`.
    Operator,
    /// Comments, stray quotes and dots, anything else.
    Other,
}

/// A token and where it stands in the text, so that messages can quote the source as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Is this the bare keyword, in any case?
    pub(super) fn is_word(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }
}

/// All tokens of the text, white space dropped.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut start = 0;

    while let Some(first) = text[start..].chars().next() {
        if first.is_whitespace() {
            start += first.len_utf8();
            continue;
        }
        // After a name `-1` is a subtraction, so that `tag.a-1` is reported as one piece.
        let after_name = tokens.last().is_some_and(|last| {
            last.end() == start && matches!(last.kind, Kind::Word | Kind::Path | Kind::Backticked)
        });
        let (kind, length) = token(&text[start..], first, after_name);
        tokens.push(Token { kind, text: &text[start..start + length], start });
        start += length;
    }

    tokens
}

/// Kind and length in bytes of the token that `rest` begins with.
fn token(rest: &str, first: char, after_name: bool) -> (Kind, usize) {
    if let Some(length) = comment(rest) {
        return (Kind::Other, length);
    }
    if let Some(number) = number(rest, after_name) {
        return number;
    }
    if is_word(first) || first == '`' || first == '"' {
        return path(rest, first);
    }

    match first {
        '\'' => quoted(rest).map_or((Kind::Other, 1), |length| (Kind::SingleQuoted, length)),
        '(' => (Kind::Open, 1),
        ')' => (Kind::Close, 1),
        ',' => (Kind::Comma, 1),
        ';' => (Kind::Semicolon, 1),
        '<' | '>' | '=' | '~' | '!' => (Kind::Comparator, run(rest, |c| "<>=~!".contains(c))),
        '+' | '-' | '/' | '*' | '%' | '^' | '&' | '|' | '@' | '#' | ':' => {
            (Kind::Operator, run(rest, |c| c == first))
        }
        _ => (Kind::Other, first.len_utf8()),
    }
}

/// Length of the SQL comment here, if there is one. An unclosed `/*` takes the rest of the text.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("--") || rest.starts_with("# ") {
        return Some(rest.find(['\n', '\r']).unwrap_or(rest.len()));
    }
    let body = rest.strip_prefix("/*")?;
    Some(body.find("*/").map_or(rest.len(), |end| end + 4))
}

/// A number, unless a word goes on after it (`1a` is a word).
fn number(rest: &str, after_name: bool) -> Option<(Kind, usize)> {
    let sign = usize::from(rest.starts_with('-') && !after_name);
    let whole = run(&rest[sign..], |c| c.is_ascii_digit());
    let mut length = sign + whole;
    let mut kind = Kind::Integer;

    if rest[length..].starts_with('.') {
        let fraction = run(&rest[length + 1..], |c| c.is_ascii_digit());
        if whole + fraction > 0 {
            kind = Kind::Float;
            length += 1 + fraction;
        }
    }
    if kind == Kind::Integer && whole == 0 {
        return None;
    }
    if rest[length..].starts_with(['e', 'E']) {
        let minus = usize::from(rest[length + 1..].starts_with('-'));
        let exponent = run(&rest[length + 1 + minus..], |c| c.is_ascii_digit());
        if exponent > 0 {
            kind = Kind::Float;
            length += 1 + minus + exponent;
        }
    }

    let goes_on = rest[length..].chars().next().is_some_and(is_word);
    if goes_on { None } else { Some((kind, length)) }
}

/// A name: one segment, or several joined by dots without white space.
fn path(rest: &str, first: char) -> (Kind, usize) {
    let Some(mut length) = segment(rest) else { return (Kind::Other, first.len_utf8()) };
    let mut kind = match first {
        '`' => Kind::Backticked,
        '"' => Kind::DoubleQuoted,
        _ => Kind::Word,
    };

    while let Some(next) = rest[length..].strip_prefix('.').and_then(segment) {
        kind = Kind::Path;
        length += 1 + next;
    }

    (kind, length)
}

/// Length of one segment of a name.
fn segment(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    match first {
        '`' | '"' | '\'' => quoted(rest),
        '*' => Some(1),
        _ if is_word(first) => Some(run(rest, |c| is_word(c) || c == '$' || c == '#')),
        _ => None,
    }
}

/// Length of the quoted text that `rest` begins with, quotes included; `None` if it is never closed.
///
/// A doubled quote, and outside backticks one behind a backslash, does not close the text; but if no
/// other quote closes it, the last of those does (MLflow's behaviour). So `'C:\dir\'` at the end of a
/// filter is a path, and `'it\'s'` is one value.
fn quoted(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let quote = bytes[0];
    let mut fallback = None;
    let mut position = 1;

    while position < bytes.len() {
        let next = bytes.get(position + 1) == Some(&quote);
        if bytes[position] == quote && next {
            fallback = Some(position + 1);
            position += 2;
        } else if bytes[position] == quote {
            return Some(position + 1);
        } else if bytes[position] == b'\\' && next && quote != b'`' {
            fallback = Some(position + 2);
            position += 2;
        } else {
            position += 1;
        }
    }

    fallback
}

/// Length in bytes of the leading run of characters that satisfy `wanted`.
fn run(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|character| !wanted(character)).unwrap_or(text.len())
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
