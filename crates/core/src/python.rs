//! How Python prints values: MLflow's messages quote them, and clients read those messages.

/// A float as `repr` prints it.
pub(crate) fn float(number: f64) -> String {
    let shown = format!("{number:?}");
    match shown.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |e| ('-', e));
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => shown.to_lowercase(),
    }
}

/// A string as `repr` prints it: the quote that needs no escape, if there is one.
pub(crate) fn text(value: &str) -> String {
    let quote = if value.contains('\'') && !value.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(value.len() + 2);
    out.push(quote);
    for c in value.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c if c.is_ascii_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_look_as_in_python() {
        for (number, shown) in [
            (1.0, "1.0"),
            (1e16, "1e+16"),
            (1.5e-7, "1.5e-07"),
            (f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (-2.5, "-2.5"),
        ] {
            assert_eq!(float(number), shown);
        }
    }

    #[test]
    fn strings_look_as_in_python() {
        for (value, shown) in
            [("a", "'a'"), ("it's", "\"it's\""), ("'\"", "'\\'\"'"), ("a\nb\\", "'a\\nb\\\\'")]
        {
            assert_eq!(text(value), shown);
        }
    }
}
