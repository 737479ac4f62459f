//! Many rows in few statements: one text per number of rows, and few such numbers, so that each is prepared once.

use std::fmt::Write as _;

use super::Param;

/// Rows per statement. The longest stays below both engines' limit of bound values for 60 columns.
const SIZES: [usize; 5] = [512, 128, 32, 8, 1];

/// A text around `VALUES ($1, $2), ($3, $4), ...`.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    /// `INSERT INTO table (column, ...)`.
    pub before: &'static str,
    /// How many columns.
    pub columns: usize,
    /// `ON CONFLICT ...`, `RETURNING ...`.
    pub after: &'static str,
}

impl Rows {
    /// The statements for these values, row after row.
    pub(crate) fn pieces<'p, 'v>(&self, values: &'p [Param<'v>]) -> Vec<(String, &'p [Param<'v>])> {
        debug_assert_eq!(values.len() % self.columns, 0, "whole rows in: {}", self.before);
        let mut pieces = Vec::new();
        let mut rest = values;
        for size in SIZES {
            while rest.len() >= size * self.columns {
                let (piece, after) = rest.split_at(size * self.columns);
                pieces.push((self.text(size), piece));
                rest = after;
            }
        }
        pieces
    }

    fn text(&self, rows: usize) -> String {
        let mut sql = format!("{} VALUES ", self.before);
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..self.columns {
                let comma = if column == 0 { "" } else { ", " };
                write!(sql, "{comma}${}", row * self.columns + column + 1)
                    .expect("a string takes everything");
            }
            sql.push(')');
        }
        sql.push(' ');
        sql.push_str(self.after);
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_rows_are_few_statements() {
        let rows = Rows { before: "INSERT INTO t (a, b)", columns: 2, after: "ON CONFLICT DO NOTHING" };
        let values: Vec<Param<'_>> = (0..2006).map(Param::from).collect();
        let pieces = rows.pieces(&values);
        assert_eq!(pieces.len(), 11);
        assert_eq!(pieces.iter().flat_map(|(_, values)| values.iter().cloned()).collect::<Vec<_>>(), values);
        assert_eq!(pieces[10].0, "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        assert!(pieces[9].0.starts_with("INSERT INTO t (a, b) VALUES ($1, $2) "));
        assert!(pieces[7].0.starts_with("INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, $6)"));
        assert!(rows.pieces(&[]).is_empty());
    }
}
