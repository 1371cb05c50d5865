//! The backlog at a start: every callback that is not closed, with its number and its open
//! needs. There may be a million, and a driver's row costs more than what is in it: so the
//! database packs some thousand callbacks into one text, which is taken apart here.

use std::str::{FromStr, SplitAsciiWhitespace};

use cuptel_core::id::{CallbackId, NeedId, NumberId, QueueId, SeatId, TenantId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::record::{CallbackRow, NeedRow, OpenCallback};

use crate::dialect::{Connection, Row, ask_shard};
use crate::row::Columns;

/// Stands for what a callback does not have.
const NOTHING: &str = "-";

/// One page: callbacks of which the one before is `$2`, `$3`, in the order of the index over
/// open ones. One line each: its columns, its number, the time promised, then five words for every
/// open need.
pub(crate) const PAGE: &str = "
SELECT string_agg(line, '\n') FROM (
    SELECT concat_ws(' ', c.id, c.tenant, c.number, c.state, c.place_ms, c.not_before_ms,
        c.opened_ms, c.last_attempt_ms, c.attempts, c.tries, coalesce(CAST(c.seat AS TEXT), '-'),
        c.priority_ms, coalesce(number.e164, '-'),
        coalesce(CAST((SELECT max(promise.by_ms) FROM promise
            WHERE promise.shard = c.shard AND promise.callback = c.id) AS TEXT), '-'),
        (SELECT string_agg(concat_ws(' ', need.id, coalesce(CAST(need.queue AS TEXT), '-'),
            need.kind, need.opened_ms, coalesce(need.another_person, 0)), ' ')
        FROM callback_need need
        WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL)) AS line
    FROM callback c LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
    WHERE c.shard = $1 AND c.state <> 'closed' AND (c.tenant, c.number) > ($2, $3)
    ORDER BY c.tenant, c.number LIMIT 4096) page";

/// Every callback that is not closed.
pub(crate) async fn load(connection: &mut Connection) -> Result<Vec<OpenCallback>, sqlx::Error> {
    let mut open: Vec<OpenCallback> = Vec::new();
    let mut after = (i64::MIN, i64::MIN);
    loop {
        let page = ask_shard(PAGE).int(after.0).int(after.1);
        let Some(lines) = page.one(connection, text).await? else {
            return Ok(open);
        };
        for line in lines.lines() {
            let callback = read(line).map_err(|wrong| sqlx::Error::Decode(Box::new(wrong)))?;
            // A database may hand over the lines of a page in any order.
            after = after.max((callback.row.tenant.0, callback.row.number.0));
            open.push(callback);
        }
    }
}

fn text(row: &Row) -> Result<Option<String>, sqlx::Error> {
    Columns::of(row).maybe_text()
}

/// A line that is no callback.
#[derive(Debug, thiserror::Error)]
#[error("an open callback cannot be read: its {what}")]
struct Unreadable {
    what: &'static str,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The words of a line, one after the other.
struct Words<'l>(SplitAsciiWhitespace<'l>);

impl<'l> Words<'l> {
    fn next(&mut self, what: &'static str) -> Result<&'l str, Unreadable> {
        let missing = Unreadable { what, source: None };
        self.0.next().ok_or(missing)
    }

    fn read<T: FromStr>(&mut self, what: &'static str) -> Result<T, Unreadable>
    where
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        parsed(self.next(what)?, what)
    }

    fn maybe_int(&mut self, what: &'static str) -> Result<Option<i64>, Unreadable> {
        let word = self.next(what)?;
        (word != NOTHING).then(|| parsed(word, what)).transpose()
    }
}

fn parsed<T: FromStr>(word: &str, what: &'static str) -> Result<T, Unreadable>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    word.parse().map_err(|wrong: T::Err| Unreadable {
        what,
        source: Some(Box::new(wrong)),
    })
}

fn read(line: &str) -> Result<OpenCallback, Unreadable> {
    let mut words = Words(line.split_ascii_whitespace());
    let row = CallbackRow {
        id: CallbackId(words.read("identifier")?),
        tenant: TenantId(words.read("tenant")?),
        number: NumberId(words.read("number")?),
        state: words.read("state")?,
        place_ms: words.read("place")?,
        not_before_ms: words.read("moment not to be dialled before")?,
        opened_ms: words.read("opening")?,
        last_attempt_ms: words.read("last attempt")?,
        attempts: words.read("attempts")?,
        tries: words.read("tries")?,
        seat: words.maybe_int("seat")?.map(SeatId),
        // It is not closed.
        closed_ms: None,
        closed_how: None,
        priority_ms: words.read("priority")?,
    };
    let number = number(words.next("telephone number")?)?;
    let promised_ms = words.maybe_int("promised time")?;
    let mut needs = Vec::with_capacity(1);
    while let Some(id) = words.0.next() {
        needs.push(NeedRow {
            id: NeedId(parsed(id, "need")?),
            callback: row.id,
            queue: words.maybe_int("need's queue")?.map(QueueId),
            kind: words.read("need's kind")?,
            opened_ms: words.read("need's opening")?,
            closed_ms: None,
            another_person: words.maybe_int("need's person")? == Some(1),
        });
    }
    // A database may hand them over in any order.
    needs.sort_unstable_by_key(|need| need.id);
    Ok(OpenCallback {
        row,
        number,
        needs,
        promised_ms,
    })
}

/// The digits of a person who was erased are gone.
fn number(word: &str) -> Result<Option<PhoneNumber>, Unreadable> {
    let digits = (word != NOTHING).then(|| PhoneNumber::parse_e164(word));
    digits.transpose().map_err(|wrong| Unreadable {
        what: "telephone number",
        source: Some(Box::new(wrong)),
    })
}

#[cfg(test)]
mod tests {
    use cuptel_core::words::{CallbackState, NeedKind};

    use super::*;

    const LINE: &str = "12 1 5 waiting 100 200 300 400 3 1 - -60000 +390861123456 900 \
        31 7 missed 500 0 32 - requested 600 1";

    #[test]
    fn a_line_is_a_callback_with_its_number_and_needs() {
        let OpenCallback {
            row,
            number,
            needs,
            promised_ms,
        } = read(LINE).unwrap();
        assert_eq!(promised_ms, Some(900));
        assert_eq!(
            (row.id, row.state, row.seat),
            (CallbackId(12), CallbackState::Waiting, None)
        );
        assert_eq!((row.tries, row.priority_ms), (1, -60_000));
        assert_eq!(
            number.as_ref().map(PhoneNumber::reveal),
            Some("+390861123456")
        );
        let told: Vec<_> = needs
            .iter()
            .map(|need| {
                let person = need.another_person;
                (need.id.0, need.callback.0, need.queue, need.kind, person)
            })
            .collect();
        assert_eq!(
            told,
            [
                (31, 12, Some(QueueId(7)), NeedKind::Missed, false),
                (32, 12, None, NeedKind::Requested, true)
            ]
        );
    }

    #[test]
    fn a_line_cut_short_or_with_a_foreign_word_says_what_is_wrong() {
        let words: Vec<&str> = LINE.split(' ').collect();
        // After the promised time the needs may end, five words each.
        for end in (0..words.len()).filter(|end| ![14, 19].contains(end)) {
            let wrong = read(&words[..end].join(" ")).unwrap_err();
            assert!(
                wrong.to_string().starts_with("an open callback cannot"),
                "{wrong}"
            );
        }
        let wrong = read(&LINE.replace("waiting", "sleeping")).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "an open callback cannot be read: its state"
        );
    }
}
