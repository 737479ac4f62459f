//! Numbers: what one measurement says, and how numbers are written in tables.

use std::time::Duration;

/// What one load measurement says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    /// Good answers per second.
    pub(crate) per_second: f64,
    /// Median, microseconds.
    pub(crate) p50: u32,
    /// 99th percentile, microseconds.
    pub(crate) p99: u32,
    /// Answers that were not 200; they do not count otherwise.
    pub(crate) errors: usize,
    /// The server's processor time per request.
    pub(crate) processor: Option<Duration>,
}

/// A count, to calculate with.
#[expect(clippy::cast_precision_loss, reason = "nothing here is counted to 2^52")]
pub(crate) fn real(count: usize) -> f64 {
    count as f64
}

/// Of sorted values.
pub(crate) fn percentile(sorted: &[u32], part: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= part <= 1")]
    let index = (real(sorted.len().saturating_sub(1)) * part).round() as usize;
    sorted.get(index).copied().unwrap_or(0)
}

/// The middle one.
pub(crate) fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}

/// `12,345`; small numbers with a digit after the point.
pub(crate) fn count(number: f64) -> String {
    if number < 100.0 {
        return format!("{number:.1}");
    }
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Microseconds as milliseconds.
pub(crate) fn millis(micros: u32) -> String {
    let ms = f64::from(micros) / 1000.0;
    if ms < 10.0 { format!("{ms:.2}") } else { format!("{ms:.0}") }
}

/// `0.73x`, `214x`.
pub(crate) fn ratio(number: f64) -> String {
    if number < 10.0 { format!("{number:.2}x") } else { format!("{}x", count(number.round())) }
}

/// `63 %`
pub(crate) fn percent(number: f64) -> String {
    format!("{:.0} %", number * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(
            [count(7.25), count(999.6), count(1_234_567.0), millis(1234), millis(123_456)],
            ["7.2", "1,000", "1,234,567", "1.23", "123"]
        );
        assert_eq!([ratio(0.731), ratio(213.7), percent(0.629)], ["0.73x", "214x", "63 %"]);
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        assert_eq!((percentile(&[1, 2, 3, 4, 100], 0.5), percentile(&[1, 2, 3, 4, 100], 0.99)), (3, 100));
        assert_eq!(percentile(&[], 0.5), 0);
    }
}
