//! Reads a row's columns one after the other, in the order of their SELECT list.

use std::collections::BTreeSet;
use std::str::FromStr;

use cuptel_core::number::PhoneNumber;
use cuptel_core::words::UnknownWord;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};

use crate::dialect::{Connection, Row, ask_shard};

/// A position in one row.
pub(crate) struct Columns<'r> {
    row: &'r Row,
    next: usize,
}

/// A stored value that the rules do not know.
pub(crate) fn foreign<E: std::error::Error + Send + Sync + 'static>(
    index: usize,
    source: E,
) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: index.to_string(),
        source: Box::new(source),
    }
}

impl<'r> Columns<'r> {
    pub(crate) fn of(row: &'r Row) -> Self {
        Self { row, next: 0 }
    }

    /// The statement names the columns, so the type is known: no check per value.
    fn take<T>(&mut self) -> Result<T, sqlx::Error>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        let index = self.next;
        self.next += 1;
        match self.row {
            Row::Sqlite(row) => row.try_get_unchecked(index),
            Row::Postgres(row) => row.try_get_unchecked(index),
        }
    }

    pub(crate) fn truth(&mut self) -> Result<bool, sqlx::Error> {
        self.take()
    }

    pub(crate) fn int(&mut self) -> Result<i64, sqlx::Error> {
        self.take()
    }

    pub(crate) fn maybe_int(&mut self) -> Result<Option<i64>, sqlx::Error> {
        self.take()
    }

    pub(crate) fn text(&mut self) -> Result<String, sqlx::Error> {
        self.take()
    }

    pub(crate) fn maybe_text(&mut self) -> Result<Option<String>, sqlx::Error> {
        self.take()
    }

    /// A word of a closed vocabulary.
    pub(crate) fn word<W: FromStr<Err = UnknownWord>>(&mut self) -> Result<W, sqlx::Error> {
        let index = self.next;
        let word: &str = self.take()?;
        word.parse().map_err(|unknown| foreign(index, unknown))
    }

    pub(crate) fn maybe_word<W: FromStr<Err = UnknownWord>>(
        &mut self,
    ) -> Result<Option<W>, sqlx::Error> {
        let index = self.next;
        let word: Option<&str> = self.take()?;
        word.map(str::parse)
            .transpose()
            .map_err(|unknown| foreign(index, unknown))
    }

    pub(crate) fn maybe_number(&mut self) -> Result<Option<PhoneNumber>, sqlx::Error> {
        let index = self.next;
        let digits: Option<&str> = self.take()?;
        digits
            .map(PhoneNumber::parse_e164)
            .transpose()
            .map_err(|wrong| foreign(index, wrong))
    }

    /// A number as pages and logs may show it.
    pub(crate) fn masked(&mut self) -> Result<Option<String>, sqlx::Error> {
        Ok(self.maybe_number()?.map(|number| number.to_string()))
    }

    /// Words with spaces between them.
    pub(crate) fn words<W>(&mut self) -> Result<BTreeSet<W>, sqlx::Error>
    where
        W: FromStr<Err: std::error::Error + Send + Sync + 'static> + Ord,
    {
        let index = self.next;
        let text: &str = self.take()?;
        let word = |word: &str| word.parse().map_err(|wrong| foreign(index, wrong));
        text.split_whitespace().map(word).collect()
    }

    /// A small number that the rules keep unsigned.
    pub(crate) fn small<T: TryFrom<i64, Error = std::num::TryFromIntError>>(
        &mut self,
    ) -> Result<T, sqlx::Error> {
        let index = self.next;
        T::try_from(self.int()?).map_err(|wrong| foreign(index, wrong))
    }

    pub(crate) fn maybe_small<T: TryFrom<i64, Error = std::num::TryFromIntError>>(
        &mut self,
    ) -> Result<Option<T>, sqlx::Error> {
        let index = self.next;
        self.maybe_int()?
            .map(T::try_from)
            .transpose()
            .map_err(|wrong| foreign(index, wrong))
    }
}

/// Every row of a statement that takes the shard alone.
pub(crate) async fn all<T>(
    connection: &mut Connection,
    statement: &'static str,
    read: fn(&Row) -> Result<T, sqlx::Error>,
) -> Result<Vec<T>, sqlx::Error> {
    ask_shard(statement).all(connection, read).await
}

/// Every row of a statement that takes the shard and one identifier.
pub(crate) async fn all_of<T>(
    connection: &mut Connection,
    statement: &'static str,
    id: i64,
    read: fn(&Row) -> Result<T, sqlx::Error>,
) -> Result<Vec<T>, sqlx::Error> {
    ask_shard(statement).int(id).all(connection, read).await
}

/// A row of one whole number.
pub(crate) fn read_int(row: &Row) -> Result<i64, sqlx::Error> {
    Columns::of(row).int()
}
