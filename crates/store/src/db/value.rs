//! Values going in and rows coming out, in the types that both engines share: 64-bit integers, floats, text, booleans.

use std::borrow::Cow;

use bytes::BytesMut;
use greenroom_core::Result;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::hide;

/// A bound value.
#[derive(Clone, Debug, PartialEq)]
pub enum Param<'a> {
    /// SQL NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(Cow<'a, str>),
    /// BOOLEAN.
    Bool(bool),
    /// DOUBLE PRECISION; finite, because `SQLite` stores NaN as NULL.
    Float(f64),
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Param<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Param<'_> {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Param<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Param<'_> {
    /// PostgreSQL's type, for statements that are planned with their values.
    pub(crate) fn pg_type(&self) -> Type {
        match self {
            Self::Int(_) => Type::INT8,
            Self::Bool(_) => Type::BOOL,
            Self::Float(_) => Type::FLOAT8,
            Self::Null | Self::Text(_) => Type::TEXT,
        }
    }
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, Value, ValueRef};
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Int(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bool(flag) => ToSqlOutput::Owned(Value::Integer(i64::from(*flag))),
            Self::Float(number) => ToSqlOutput::Owned(Value::Real(*number)),
        })
    }
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) => number.to_sql_checked(ty, out),
            Self::Text(text) => text.as_ref().to_sql_checked(ty, out),
            Self::Bool(flag) => flag.to_sql_checked(ty, out),
            Self::Float(number) => number.to_sql_checked(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A result row of either engine.
#[derive(Debug)]
pub enum Row<'a> {
    /// A row of `SQLite`.
    Sqlite(&'a rusqlite::Row<'a>),
    /// A row of PostgreSQL.
    Postgres(&'a tokio_postgres::Row),
}

/// What a column can be read as.
pub trait FromColumn: Sized {
    /// Reads column `index` (from 0).
    fn from_column(row: &Row<'_>, index: usize) -> Result<Self>;
}

macro_rules! from_column {
    ($($ty:ty),+) => {$(
        impl FromColumn for $ty {
            fn from_column(row: &Row<'_>, index: usize) -> Result<Self> {
                match row {
                    Row::Sqlite(row) => row.get(index).map_err(|e| hide("a column has another type than the query expects", &e)),
                    Row::Postgres(row) => row.try_get(index).map_err(|e| hide("a column has another type than the query expects", &e)),
                }
            }
        }
    )+};
}

from_column!(i64, Option<i64>, f64, Option<f64>, String, Option<String>, bool);

impl Row<'_> {
    /// Reads column `index` (from 0).
    pub fn get<T: FromColumn>(&self, index: usize) -> Result<T> {
        T::from_column(self, index)
    }
}
