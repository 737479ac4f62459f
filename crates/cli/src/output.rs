//! Printing: tables for people, JSON for scripts, errors on standard error.

use std::io::Write;
use std::process::ExitCode;

use chrono::DateTime;
use serde::Serialize;

/// Prints an error, returns the exit code for it.
pub(crate) fn fail(message: &str) -> ExitCode {
    // What servers say must not move a terminal's cursor.
    let lines: Vec<String> = message.lines().map(cell).collect();
    // Nobody is left to tell when standard error is closed.
    let _closed = writeln!(std::io::stderr(), "greenroom: {}", lines.join("\n"));
    ExitCode::FAILURE
}

/// Prints lines; a closed pipe (`| head`) is a normal end.
pub(crate) fn print(text: &str) -> Result<(), String> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("the output cannot be written: {error}"))
        }
        _ => Ok(()),
    }
}

/// Prints JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<(), String> {
    print(
        &serde_json::to_string_pretty(value)
            .map_err(|e| format!("the answer cannot be written as JSON: {e}"))?,
    )
}

/// Prints columns, each as wide as its widest cell.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> Result<(), String> {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).chain([head[column].len()]).max();
    let widths: Vec<usize> = (0..head.len()).map(|column| width(column).unwrap_or(0)).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(head.to_vec())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    print(&lines.join("\n"))
}

/// A time for people, in UTC.
pub(crate) fn time(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis)
        .map_or_else(|| millis.to_string(), |t| t.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// Text in one cell: no control characters that could move a terminal's cursor.
pub(crate) fn cell(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
