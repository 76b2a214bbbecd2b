//! How values stand in columns. Where the databases differ the SQL type is our own, so that one `table!` serves both.

use std::{fmt, io::Write as _, str::FromStr};

use diesel::{
    IntoSql as _,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    query_builder::QueryId,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, Nullable, SqlOrd, SqlType, Text},
    sqlite::{Sqlite, SqliteValue},
};
use serde::{Serialize, de::DeserializeOwned};
use tradepost_domain::{
    Author, Correlation, Delivery, Timestamp, correlation::BadCorrelation, ledger::OrderState,
    rule::MatchKind,
};
use tradepost_ports::store::{Class, Fate, Kept, OutboxState, StoreError};

/// A point in time: microseconds on SQLite, `timestamptz` on PostgreSQL. What is finer is cut off.
#[derive(Debug, Clone, Copy, QueryId, SqlType)]
#[diesel(sqlite_type(name = "Long"))]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
pub struct Moment;

impl SqlOrd for Moment {}

/// A JSON document: text on SQLite, `json` on PostgreSQL, which keeps it as it was written: what stands in a journal has
/// a hash.
#[derive(Debug, Clone, Copy, QueryId, SqlType)]
#[diesel(sqlite_type(name = "Text"))]
#[diesel(postgres_type(oid = 114, array_oid = 199))]
pub struct Document;

/// A time in a column.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = Moment)]
pub struct At(pub Timestamp);

impl ToSql<Moment, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_microsecond());
        Ok(IsNull::No)
    }
}

impl FromSql<Moment, Sqlite> for At {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?;
        Ok(Self(Timestamp::from_microsecond(micros)?))
    }
}

impl ToSql<Moment, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let micros = self.0.as_microsecond() - POSTGRES_EPOCH;
        ToSql::<BigInt, Pg>::to_sql(&micros, &mut out.reborrow())
    }
}

impl FromSql<Moment, Pg> for At {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Pg>>::from_sql(value)?;
        Ok(Self(Timestamp::from_microsecond(micros.saturating_add(POSTGRES_EPOCH))?))
    }
}

/// The beginning of 2000, from which PostgreSQL counts, in microseconds since 1970:
/// www.postgresql.org/docs/current/datatype-datetime.html.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// A time as a part of a query.
pub fn moment(at: Timestamp) -> diesel::dsl::AsExprOf<At, Nullable<Moment>> {
    At(at).into_sql::<Nullable<Moment>>()
}

/// An id in a column, as it prints.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Id<T>(pub T);

impl<T: fmt::Display + fmt::Debug> ToSql<Text, Sqlite> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}

impl<T> FromSql<Text, Sqlite> for Id<T>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self(text.parse()?))
    }
}

impl<T: fmt::Display + fmt::Debug> ToSql<Text, Pg> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        write!(out, "{}", self.0)?;
        Ok(IsNull::No)
    }
}

impl<T> FromSql<Text, Pg> for Id<T>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(std::str::from_utf8(value.as_bytes())?.parse()?))
    }
}

/// Ids as a query takes them.
pub fn texts<T: Copy>(ids: &[T]) -> Vec<Id<T>> {
    ids.iter().copied().map(Id).collect()
}

/// A correlation id in a queue's column, with the step of the trace that a queued row goes on from.
#[derive(Debug, Clone)]
pub struct Traced(pub Correlation);

impl fmt::Display for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.in_row())
    }
}

impl FromStr for Traced {
    type Err = BadCorrelation;
    fn from_str(text: &str) -> Result<Self, BadCorrelation> {
        Correlation::of_row(text).map(Self)
    }
}

/// A value that is one of a few words.
pub trait Worded: Copy + fmt::Debug + Sized {
    /// The word.
    fn to_word(self) -> &'static str;
    /// The value of that word.
    fn of_word(word: &str) -> Option<Self>;
}

macro_rules! worded {
    ($($type:ty),*) => {$(
        impl Worded for $type {
            fn to_word(self) -> &'static str {
                self.word()
            }
            fn of_word(word: &str) -> Option<Self> {
                Self::of(word)
            }
        }
    )*};
}
worded!(Class, Fate, MatchKind, OrderState, OutboxState);

impl Worded for Delivery {
    fn to_word(self) -> &'static str {
        self.word()
    }
    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|delivery| delivery.word() == word)
    }
}

impl Worded for Author {
    fn to_word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Bot => "bot",
            Self::Staff => "staff",
            Self::App => "app",
        }
    }
    fn of_word(word: &str) -> Option<Self> {
        let all = [Self::Customer, Self::Bot, Self::Staff, Self::App];
        all.into_iter().find(|author| author.to_word() == word)
    }
}

/// One of a few words, in a column.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Word<T>(pub T);

impl<T: Worded> ToSql<Text, Sqlite> for Word<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_word());
        Ok(IsNull::No)
    }
}

impl<T: Worded> FromSql<Text, Sqlite> for Word<T> {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let word = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        T::of_word(&word).map(Self).ok_or_else(|| format!("`{word}` is not a word known here").into())
    }
}

impl<T: Worded> ToSql<Text, Pg> for Word<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.to_word().as_bytes())?;
        Ok(IsNull::No)
    }
}

impl<T: Worded> FromSql<Text, Pg> for Word<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let word = std::str::from_utf8(value.as_bytes())?;
        T::of_word(word).map(Self).ok_or_else(|| format!("`{word}` is not a word known here").into())
    }
}

/// A document in a column.
#[derive(Debug, Clone, AsExpression, FromSqlRow)]
#[diesel(sql_type = Document)]
pub struct Json(String);

impl Json {
    /// A value as a document.
    pub fn of<T: Serialize>(value: &T) -> Kept<Self> {
        serde_json::to_string(value).map(Self).map_err(|error| StoreError::Broken(error.to_string()))
    }

    /// The value.
    pub fn read<T: DeserializeOwned>(&self) -> Kept<T> {
        serde_json::from_str(&self.0).map_err(|error| StoreError::Broken(error.to_string()))
    }
}

impl ToSql<Document, Sqlite> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<Document, Sqlite> for Json {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(<String as FromSql<Text, Sqlite>>::from_sql(value)?))
    }
}

impl ToSql<Document, Pg> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Document, Pg> for Json {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(std::str::from_utf8(value.as_bytes())?.to_owned()))
    }
}

/// A count that a column holds as a larger number than it is.
pub fn count<T: TryFrom<i64>>(number: i64) -> Kept<T> {
    T::try_from(number).map_err(|_| StoreError::Broken(format!("{number} is not a count")))
}
