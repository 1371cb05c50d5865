//! `cuptel replay`: makes the decisions on the tape again, and says whether they are the same.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use cuptel_call::tape::{Difference, PlayFault, Played, Player};
use cuptel_core::matching::Explanation;
use cuptel_core::record::Record;
use cuptel_core::step::Step;
use cuptel_engine::{Segment, SegmentError, build_of_this_program, segments};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::{ReplayArguments, complain, load, say};
use crate::config::Config;
use crate::{shell, table};

/// Exit code of a replay that could not be made: nothing is proven either way. A command line
/// that cannot be read ends with it too.
const NOT_MADE: u8 = 2;

/// Replays; exit 1 where a decision is another one.
pub(crate) fn replay(config: &Path, arguments: &ReplayArguments) -> ExitCode {
    match told_replay(config, arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(&error.context("the replay could not be made"));
            ExitCode::from(NOT_MADE)
        }
    }
}

/// What became of one segment.
#[derive(Debug, Serialize)]
struct Replayed {
    segment: String,
    inputs: u64,
    decisions: u64,
    first_ms: Option<i64>,
    last_ms: Option<i64>,
    /// Whether it ends as it was meant to: else it was cut off, or goes on.
    ended: bool,
    /// Bytes at its end that are no whole block.
    torn_bytes: u64,
    same: bool,
    /// Where it first differs.
    differs: Option<String>,
}

/// An offer on the tape.
struct Sought {
    id: i64,
    made_again: Option<Explanation>,
}

fn told_replay(path: &Path, arguments: &ReplayArguments) -> anyhow::Result<bool> {
    let config = load(path)?;
    let build = build_of_this_program().context("reading this program")?;
    let mut sought = arguments.offer.map(|id| Sought {
        id,
        made_again: None,
    });
    let (mut all, mut left_out, mut spoiled) = (Vec::new(), Vec::new(), Vec::new());
    for segment in chosen(&config, arguments)? {
        match replay_one(&segment, &build, sought.as_mut()) {
            Ok(replayed) => all.push(replayed),
            Err(error) if is_other_build(&error) => left_out.push(error),
            // The others are worth the same without it.
            Err(error) => spoiled.push(error),
        }
    }
    if all.is_empty()
        && let Some(error) = spoiled.pop().or_else(|| left_out.pop())
    {
        return Err(error);
    }
    let mut same = all.iter().all(|it| it.same);
    let compared = sought.map(|sought| compare(&config, &sought)).transpose()?;
    if let Some(compared) = &compared {
        same &= compared["same"] == json!(true);
    }
    if arguments.json {
        say(&serde_json::to_string(&json!({
            "same": same,
            "segments": all,
            "left_out": left_out.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "spoiled": spoiled.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "offer": compared,
        }))?);
    } else {
        all.iter().for_each(tell);
        for error in &left_out {
            say(&format!("left out: {error}"));
        }
        tell_sum(&all);
        if let Some(compared) = &compared {
            tell_offer(compared);
        }
    }
    match spoiled.into_iter().next() {
        Some(error) if same => Err(error.context("the others are the same, but for this one")),
        Some(_) | None => Ok(same),
    }
}

/// The segments that are asked for, the oldest first.
fn chosen(config: &Config, arguments: &ReplayArguments) -> anyhow::Result<Vec<PathBuf>> {
    if let Some(segment) = &arguments.segment {
        return Ok(vec![segment.clone()]);
    }
    let (_, spill) = config.data.reveal()?;
    let folder = config.replay.folder(&spill);
    let all = segments(&folder).with_context(|| format!("reading {}", folder.display()))?;
    anyhow::ensure!(
        !all.is_empty(),
        "there is no tape in {}: does [replay] keep_h keep any, and has the server run?",
        folder.display()
    );
    Ok(all)
}

/// After an update what the former program recorded is there too, for a while.
fn is_other_build(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(SegmentError::OtherBuild { .. }))
}

fn replay_one(
    path: &Path,
    build: &str,
    mut sought: Option<&mut Sought>,
) -> anyhow::Result<Replayed> {
    let mut segment = Segment::open(path, build)?;
    let mut player = Player::default();
    let mut differs = None;
    while let Some(block) = segment.next_block()? {
        let played = player.play(&block, &mut |_now, step| {
            if let Some(sought) = sought.as_deref_mut() {
                sought.look(step);
            }
        });
        match played {
            Ok(()) => {}
            Err(PlayFault::Differs(difference)) => {
                differs = Some(told(&difference));
                break;
            }
            Err(fault @ (PlayFault::Unreadable { .. } | PlayFault::NoBeginning)) => {
                return Err(anyhow::Error::new(fault).context(path.display().to_string()));
            }
        }
    }
    let Played {
        inputs,
        decisions,
        first_ms,
        last_ms,
        is_ended,
    } = player.played();
    Ok(Replayed {
        segment: path.display().to_string(),
        inputs,
        decisions,
        first_ms,
        last_ms,
        ended: is_ended,
        torn_bytes: segment.torn_bytes(),
        same: differs.is_none(),
        differs,
    })
}

impl Sought {
    fn look(&mut self, step: &Step) {
        for record in &step.records {
            if let Record::Decision(row) = record
                && row.of.id() == self.id
            {
                self.made_again = Some(row.explanation.clone());
            }
        }
    }
}

fn told(difference: &Difference) -> String {
    format!(
        "input {} of {} ({}) leads to another step than was recorded: now to {} effects and to \
         rows of {}",
        difference.input,
        moment(Some(difference.at_ms)),
        difference.what,
        difference.effects,
        if difference.records.is_empty() {
            "no table".to_owned()
        } else {
            difference.records.join(", ")
        }
    )
}

fn moment(ms: Option<i64>) -> String {
    table::text("at_ms", &json!(ms))
}

fn tell(replayed: &Replayed) {
    let Replayed {
        segment,
        inputs,
        decisions,
        first_ms,
        last_ms,
        ..
    } = replayed;
    let verdict = match &replayed.differs {
        Some(differs) => format!("DIFFERS: {differs}"),
        None => "the same".to_owned(),
    };
    say(&format!(
        "{segment}: {} to {}, {inputs} inputs, {decisions} decisions: {verdict}",
        moment(*first_ms),
        moment(*last_ms),
    ));
    if replayed.torn_bytes > 0 {
        say(&format!(
            "  its last {} bytes are torn, and what they held is not replayed",
            replayed.torn_bytes
        ));
    }
    if replayed.same && !replayed.ended {
        say("  it was not ended: the server still writes it, was killed, or had a gap here");
    }
}

fn tell_sum(all: &[Replayed]) {
    let inputs: u64 = all.iter().map(|it| it.inputs).sum();
    let decisions: u64 = all.iter().map(|it| it.decisions).sum();
    let differ = all.iter().filter(|it| !it.same).count();
    say(&match differ {
        0 => format!("{inputs} inputs, {decisions} decisions, all the same"),
        n => format!(
            "{inputs} inputs, {decisions} decisions; {n} of {} segments differ",
            all.len()
        ),
    });
}

/// The decision as it is stored, and as it is made again.
fn compare(config: &Config, sought: &Sought) -> anyhow::Result<Value> {
    let stored = shell::stored_decision(config, sought.id)?;
    let replayed = serde_json::to_value(&sought.made_again)?;
    let id = sought.id;
    anyhow::ensure!(
        !stored.is_null(),
        "no decision is stored about an offer {id}: cuptel why, of an attempt, a callback or a task, names its offers"
    );
    anyhow::ensure!(
        !replayed.is_null(),
        "the offer {id} was not made on what was replayed: name no segment, to replay all"
    );
    let same = stored == replayed;
    Ok(json!({ "offer": sought.id, "stored": stored, "replayed": replayed, "same": same }))
}

fn tell_offer(compared: &Value) {
    let offer = &compared["offer"];
    for which in ["stored", "replayed"] {
        say(&format!("offer {offer}, {which}: {}", compared[which]));
    }
    say(&if compared["same"] == json!(true) {
        format!("offer {offer}: both are the same")
    } else {
        format!("offer {offer}: they are NOT the same")
    });
}
