//! `cuptel import attempts FILE.csv`: the carrier's own record of calls that it refused. The
//! whole file is checked before anything is told; telling it twice changes nothing.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use cuptel_core::calendar::moment;
use cuptel_core::dialplan::fields::Faults;
use cuptel_core::number::Caller;
use cuptel_core::time::UtcMs;
use cuptel_core::words::NumberClass;
use cuptel_engine::Clock;
use cuptel_http::ImportBounds;
use serde_json::{Value, json};

use crate::cli::say;
use crate::config::Config;
use crate::config::source::Source;
use crate::list::{self, Header, ListRow};
use crate::shell::Api;

const HEADER: Header<'_> = Header {
    any_of: &[
        &["time", "caller", "called", "cause"],
        &["time", "caller", "called"],
    ],
    words: "the columns time,caller,called and, if there is one, cause, with commas",
};
/// Calls told at once; those of the same moment stay together.
const AT_ONCE: usize = 200;

/// One row.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    at_ms: UtcMs,
    caller: String,
    called: String,
    cause: Option<u8>,
}

impl Row {
    fn may_be_called(&self) -> bool {
        Caller::from_user_part(&self.caller).class.may_be_dialled()
    }
}

/// Which rows are taken.
struct Taken<'t> {
    /// Numbers that a dialplan answers.
    lines: &'t [String],
    now_ms: UtcMs,
    bounds: ImportBounds,
}

impl Taken<'_> {
    /// What is wrong with a time; the node asks the same.
    fn fault_of(&self, at_ms: UtcMs) -> Option<String> {
        let ImportBounds {
            window_s,
            age_max_h,
        } = self.bounds;
        let age_ms = self.now_ms - at_ms;
        if age_ms < i64::from(window_s) * 1_000 {
            return Some(format!(
                "this call is in the future, or not {window_s} s old yet ([http] \
                 import_window_s): export again a little later"
            ));
        }
        (age_ms > i64::from(age_max_h) * 3_600_000).then(|| {
            format!("more than {age_max_h} h ago ([http] import_age_max_h): leave this row out")
        })
    }
}

/// Reads the file and tells it to the running node.
pub(crate) fn attempts(config: &Config, file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let source = Source::read_secret(file)?;
    let faults = Faults::default();
    let lines = config.names().lines;
    let taken = Taken {
        lines: &lines,
        now_ms: Clock::start().now().utc_ms,
        bounds: config.http.import,
    };
    let mut rows = read(source.text(), &taken, &faults);
    let faults = source.faults(&faults.into_sorted());
    if !faults.is_empty() {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        bail!("nothing was imported:\n{}", told.join("\n"));
    }
    rows.sort_by_key(|row| row.at_ms);
    let api = Api::of(config)?;
    let mut sums = [0; 3];
    let mut begun = 0;
    for chunk in chunks(&rows) {
        let calls: Vec<Value> = chunk.iter().map(told).collect();
        let answer = api.post("attempts/import", &json!({ "calls": calls }));
        let answer = answer.with_context(|| {
            let of = rows.len();
            format!("told {begun} of {of} calls; the same file may be imported again")
        })?;
        begun += chunk.len();
        for (sum, key) in sums
            .iter_mut()
            .zip(["imported", "reached_us", "told_before"])
        {
            *sum += answer[key].as_u64().unwrap_or(0);
        }
    }
    let [imported, reached_us, told_before] = sums;
    if json {
        let sums = json!({
            "imported": imported, "reached_us": reached_us, "told_before": told_before,
        });
        say(&sums.to_string());
    } else {
        let in_vain = rows.iter().filter(|row| !row.may_be_called()).count();
        let nobody = match in_vain {
            0 => String::new(),
            _ => format!(
                "; {in_vain} of the file cannot be called back (withheld, or a number that is not dialled)"
            ),
        };
        say(&format!(
            "{imported} imported; {reached_us} had reached us after all, {told_before} were told before{nobody}"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn told(row: &Row) -> Value {
    json!({ "at_ms": row.at_ms, "caller": row.caller, "called": row.called, "cause": row.cause })
}

/// Cuts where the time changes: of two who withhold their number in the same moment, each is
/// somebody, which only shows when both are seen together.
fn chunks(rows: &[Row]) -> Vec<&[Row]> {
    let mut chunks: Vec<&[Row]> = Vec::new();
    let mut begun = 0;
    let moments = rows.chunk_by(|a, b| a.at_ms == b.at_ms);
    let mut end = 0;
    for moment in moments {
        if end - begun + moment.len() > AT_ONCE && end > begun {
            chunks.push(&rows[begun..end]);
            begun = end;
        }
        end += moment.len();
    }
    if end > begun {
        chunks.push(&rows[begun..end]);
    }
    chunks
}

fn read(text: &str, taken: &Taken<'_>, faults: &Faults) -> Vec<Row> {
    let mut rows = Vec::new();
    list::read(text, &HEADER, faults, |row| rows.extend(row_of(row, taken)));
    rows
}

fn row_of(row: &ListRow<'_>, taken: &Taken<'_>) -> Option<Row> {
    if !(3..=4).contains(&row.columns()) {
        row.fault(0, &format!("{} columns: expected 3 or 4", row.columns()));
        return None;
    }
    let at_ms = moment::parse(row.field(0).trim());
    if at_ms.is_none() {
        row.fault(
            0,
            "expected a time with its zone, such as 2026-11-25T08:30:05+01:00",
        );
    }
    if let Some(fault) = at_ms.and_then(|at_ms| taken.fault_of(at_ms)) {
        row.fault(0, &fault);
    }
    let caller = row.field(1).trim();
    if Caller::from_user_part(caller).class == NumberClass::Invalid {
        row.fault(
            1,
            "no telephone number: expected it as it is dialled, or with + and its country \
             code, or nothing where it was withheld",
        );
    }
    let called = row.field(2).trim();
    let is_ours = Caller::from_user_part(called)
        .number
        .is_some_and(|number| taken.lines.iter().any(|line| line == number.reveal()));
    if !is_ours {
        row.fault(2, "no dialplan answers this number");
    }
    let cause = match row.field(3).trim() {
        "" => Some(None),
        text => text
            .parse()
            .ok()
            .filter(|cause| (1..=127).contains(cause))
            .map(Some),
    };
    if cause.is_none() {
        row.fault(3, "expected a Q.850 cause from 1 to 127, or nothing");
    }
    let read = Row {
        at_ms: at_ms?,
        caller: caller.to_owned(),
        called: called.to_owned(),
        cause: cause?,
    };
    is_ours.then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &[&str] = &["+390861000000"];

    fn read_text(text: &str) -> (Vec<Row>, Vec<String>) {
        let faults = Faults::default();
        let lines: Vec<String> = LINES.iter().map(|line| (*line).to_owned()).collect();
        let taken = Taken {
            lines: &lines,
            now_ms: moment::parse("2026-11-25T09:00:00+01:00").expect("a moment"),
            bounds: ImportBounds {
                window_s: 10,
                age_max_h: 24,
            },
        };
        let rows = read(text, &taken, &faults);
        let told = faults.into_sorted();
        (
            rows,
            told.iter().map(|fault| fault.message.clone()).collect(),
        )
    }

    #[test]
    fn a_row_has_a_time_with_its_zone_two_numbers_and_perhaps_a_cause() {
        let text = "time,caller,called,cause\n\
            2026-11-25T08:30:05+01:00,0861123456,0861000000,34\n\
            2026-11-25T07:30:05Z,,+390861000000,\n";
        let (rows, faults) = read_text(text);
        assert_eq!(faults, [""; 0]);
        assert_eq!(rows[0].at_ms, rows[1].at_ms);
        assert_eq!((rows[0].cause, rows[1].cause), (Some(34), None));
        assert_eq!(rows[1].caller, "");
        let (rows, _) = read_text("time,caller,called\n2026-11-25T07:30:05Z,112,0861000000\n");
        assert_eq!(rows.len(), 1);
        assert!(!rows[0].may_be_called());
    }

    #[test]
    fn every_fault_of_a_file_is_told_and_no_row_of_it_taken() {
        let text = "time,caller,called,cause\n\
            yesterday,0861123456,0861000000,34\n\
            2026-11-25T07:30:05Z,0861123456,0861999999,200\n\
            2026-11-25T07:30:05Z\n";
        let (rows, faults) = read_text(text);
        assert_eq!(rows, []);
        assert_eq!(faults.len(), 4, "{faults:?}");
        assert!(faults[0].starts_with("expected a time with its zone"));
        let (_, faults) = read_text(
            "time,caller,called\n\
             2026-11-25T08:59:55+01:00,0861123456,0861000000\n\
             2026-11-23T08:30:05+01:00,0861123456,0861000000\n\
             2026-11-25T08:30:05+01:00,390861123484,0861000000\n",
        );
        let begin: Vec<&str> = faults.iter().map(|fault| &fault[..12]).collect();
        assert_eq!(begin, ["this call is", "more than 24", "no telephone"]);
        let (_, faults) = read_text("when,who\n");
        assert!(faults[0].starts_with("expected the columns"), "{faults:?}");
        let (_, faults) = read_text("");
        assert!(faults[0].starts_with("an empty file"), "{faults:?}");
    }

    #[test]
    fn calls_of_one_moment_are_told_together() {
        let row = |at_ms| Row {
            at_ms,
            caller: String::new(),
            called: String::new(),
            cause: None,
        };
        let rows: Vec<Row> = (0..450).map(|place| row(place / 150)).collect();
        let sizes: Vec<usize> = chunks(&rows).iter().map(|chunk| chunk.len()).collect();
        assert_eq!(sizes, [150, 150, 150]);
        assert!(chunks(&[]).is_empty());
    }
}
