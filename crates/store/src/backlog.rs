//! The backlog at a start: every callback that is not closed, with its number and its open
//! needs. There may be a million, and a driver's row costs more than what is in it: so the
//! database packs some thousand callbacks into one text, which is taken apart here. Two readers
//! share the work, one from each end, until they meet: nobody has to count first.

use std::cmp::Reverse;
use std::str::{FromStr, SplitAsciiWhitespace};
use std::sync::atomic::{AtomicI64, Ordering};

use cuptel_core::id::{AttemptId, CallbackId, NeedId, NumberId, QueueId, SeatId, TenantId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::record::{CallbackRow, NeedRow, Needs, OpenCallback};

use crate::dialect::{Row, ask_shard};
use crate::row::Columns;
use crate::store::Store;

/// Stands for what a callback does not have.
const NOTHING: &str = "-";

/// One page between two identifiers: the callbacks next to the end from which it is read. A line
/// for every open need, or one without any: the callback's columns, its number, the time promised,
/// then the need's five words.
macro_rules! page {
    ($order:literal) => {
        concat!(
            "
SELECT string_agg(line, '\n') FROM (
    SELECT concat_ws(' ', c.id, c.tenant, c.number, c.state, c.place_ms, c.not_before_ms,
        c.opened_ms, c.last_attempt_ms, c.attempts, c.tries, coalesce(CAST(c.seat AS TEXT), '-'),
        c.priority_ms, coalesce(CAST(c.last_attempt AS TEXT), '-'), coalesce(number.e164, '-'),
        coalesce(CAST((SELECT max(promise.by_ms) FROM promise
            WHERE promise.shard = c.shard AND promise.callback = c.id) AS TEXT), '-'),
        need.id, CASE WHEN need.id IS NULL THEN NULL
            ELSE coalesce(CAST(need.queue AS TEXT), '-') END,
        need.kind, need.opened_ms,
        CASE WHEN need.id IS NULL THEN NULL ELSE coalesce(need.another_person, 0) END) AS line
    FROM (SELECT * FROM callback
        WHERE shard = $1 AND state <> 'closed' AND id > $2 AND id < $3
        ORDER BY id ",
            $order,
            " LIMIT 4096) c
    LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
    LEFT JOIN callback_need need ON need.shard = c.shard AND need.callback = c.id
        AND need.closed_ms IS NULL) page"
        )
    };
}

pub(crate) const PAGES: [&str; 2] = [page!("ASC"), page!("DESC")];

/// From which end a reader comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

impl End {
    const fn page(self) -> &'static str {
        match self {
            Self::First => PAGES[0],
            Self::Last => PAGES[1],
        }
    }
}

/// Between which identifiers neither reader has been.
struct Unread {
    after: AtomicI64,
    before: AtomicI64,
}

/// Every callback that is not closed, in the order of their identifiers.
pub(crate) async fn load(store: &Store) -> Result<Vec<OpenCallback>, sqlx::Error> {
    let unread = Unread {
        after: AtomicI64::new(i64::MIN),
        before: AtomicI64::new(i64::MAX),
    };
    let first = read_from(End::First, store, &unread);
    let last = read_from(End::Last, store, &unread);
    let (mut open, last) = tokio::try_join!(first, last)?;
    // Where they met, both may have read the same page.
    let met = open.last().map(|callback| callback.row.id);
    let unmet = |callback: &OpenCallback| Some(callback.row.id) > met;
    open.extend(last.into_iter().rev().filter(unmet));
    Ok(open)
}

/// What one reader finds before it meets the other, in its order.
async fn read_from(
    end: End,
    store: &Store,
    unread: &Unread,
) -> Result<Vec<OpenCallback>, sqlx::Error> {
    let connection = &mut store.read().await?;
    let mut open = Vec::new();
    loop {
        let after = unread.after.load(Ordering::Relaxed);
        let before = unread.before.load(Ordering::Relaxed);
        let page = ask_shard(end.page()).int(after).int(before);
        let Some(lines) = page.one(connection, text).await? else {
            return Ok(open);
        };
        take_apart(&lines, end, &mut open).map_err(|wrong| sqlx::Error::Decode(Box::new(wrong)))?;
        let Some(read_up_to) = open.last().map(|callback| callback.row.id.0) else {
            return Ok(open);
        };
        match end {
            End::First => unread.after.store(read_up_to, Ordering::Relaxed),
            End::Last => unread.before.store(read_up_to, Ordering::Relaxed),
        }
    }
}

/// Adds the callbacks of a page, one for all its lines, whose order a database may choose.
fn take_apart(page: &str, end: End, open: &mut Vec<OpenCallback>) -> Result<(), Unreadable> {
    let with_id = |line| Ok((Words::of(line).read("identifier")?, line));
    let mut lines: Vec<(i64, &str)> = page.lines().map(with_id).collect::<Result<_, _>>()?;
    match end {
        End::First => lines.sort_by_key(|(id, _)| *id),
        End::Last => lines.sort_by_key(|(id, _)| Reverse(*id)),
    }
    for (_, line) in lines {
        let mut read = read(line)?;
        match open.last_mut() {
            Some(same) if same.row.id == read.row.id => {
                same.needs.append(&mut read.needs);
                same.needs.sort_unstable_by_key(|need| need.id);
            }
            _ => open.push(read),
        }
    }
    Ok(())
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
    fn of(line: &'l str) -> Self {
        Self(line.split_ascii_whitespace())
    }

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
    let mut words = Words::of(line);
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
        last_attempt: words.maybe_int("last of its attempts")?.map(AttemptId),
    };
    let number = number(words.next("telephone number")?)?;
    let promised_ms = words.maybe_int("promised time")?;
    let mut needs = Needs::new();
    if let Some(id) = words.0.next() {
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

    const CALLBACK: &str = "12 1 5 waiting 100 200 300 400 3 1 - -60000 77 +390861123456 900";
    const NEEDS: [&str; 2] = ["31 7 missed 500 0", "32 - requested 600 1"];

    fn open(end: End) -> Vec<OpenCallback> {
        let other = CALLBACK.replacen("12", "11", 1);
        let page = format!("{CALLBACK} {}\n{other}\n{CALLBACK} {}", NEEDS[1], NEEDS[0]);
        let mut open = Vec::new();
        take_apart(&page, end, &mut open).unwrap();
        open
    }

    #[test]
    fn lines_of_one_callback_are_one_with_both_needs_in_whatever_order() {
        let ids =
            |open: &[OpenCallback]| -> Vec<i64> { open.iter().map(|it| it.row.id.0).collect() };
        assert_eq!(ids(&open(End::Last)), [12, 11]);
        let mut open = open(End::First);
        assert_eq!(ids(&open), [11, 12]);
        assert!(open[0].needs.is_empty());
        let OpenCallback {
            row,
            number,
            needs,
            promised_ms,
        } = open.remove(1);
        assert_eq!(promised_ms, Some(900));
        assert_eq!(
            (row.id, row.state, row.seat),
            (CallbackId(12), CallbackState::Waiting, None)
        );
        assert_eq!((row.tries, row.priority_ms), (1, -60_000));
        assert_eq!(row.last_attempt, Some(AttemptId(77)));
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
        let line = format!("{CALLBACK} {}", NEEDS[0]);
        let words: Vec<&str> = line.split(' ').collect();
        // A callback may have no need left.
        for end in (0..words.len()).filter(|end| *end != 15) {
            let wrong = read(&words[..end].join(" ")).unwrap_err();
            assert!(
                wrong.to_string().starts_with("an open callback cannot"),
                "{wrong}"
            );
        }
        let wrong = read(&line.replace("waiting", "sleeping")).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "an open callback cannot be read: its state"
        );
    }
}
