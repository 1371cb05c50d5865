//! `seats test` and `seats practice`: has the phone of a seat ring, for nobody or for an invented person, and
//! says what came of it and what to do next.

use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use clap::Args;
use cuptel_core::words::Exercise;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::api::Api;
use crate::cli::say;
use crate::config::Config;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Looks until every stage has had its time: it rings 20 s, says what it is, lasts 30 s.
const LOOKS_MAX: u32 = 200;
/// The same where somebody practises: they talk for up to 5 minutes, and have up to 10 for the result.
const PRACTICE_LOOKS_MAX: u32 = 2_000;

/// Where somebody practises, and with whom.
#[derive(Debug, Clone, Args)]
pub(crate) struct Practising {
    /// The extension
    seat: String,
    /// With whom: booking, cancelling, owed (a call was promised) or upset
    #[arg(long, value_name = "PERSON", default_value = "booking")]
    exercise: Exercise,
    /// The result as JSON
    #[arg(long)]
    json: bool,
}

/// Rings the phone of a seat; well, if it was picked up and sound came from it.
pub(crate) fn test(config: &Config, seat: &str, as_json: bool) -> anyhow::Result<ExitCode> {
    let api = Api::of(config)?;
    let name = utf8_percent_encode(seat, NON_ALPHANUMERIC);
    api.post(&format!("seats/{name}/test"), &json!({ "kind": "test" }))?;
    let trial = followed(&api, seat, (LOOKS_MAX, as_json), on_the_way)?;
    Ok(told(&trial, outcome(seat, &trial), as_json))
}

/// Rings it for an invented person; well, if it was picked up.
pub(crate) fn practice(config: &Config, asked: &Practising) -> anyhow::Result<ExitCode> {
    let (seat, as_json) = (&asked.seat, asked.json);
    let api = Api::of(config)?;
    let name = utf8_percent_encode(seat, NON_ALPHANUMERIC);
    let body = json!({ "exercise": asked.exercise.as_str() });
    api.post(&format!("seats/{name}/practice"), &body)?;
    let trial = followed(&api, seat, (PRACTICE_LOOKS_MAX, as_json), in_practice)?;
    let outcome = if trial["answered"] == true {
        (true, practised(&trial["practice"]))
    } else {
        outcome(seat, &trial)
    };
    Ok(told(&trial, outcome, as_json))
}

fn told(trial: &Value, (is_well, words): (bool, String), as_json: bool) -> ExitCode {
    say(&if as_json { trial.to_string() } else { words });
    if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Looks until it is over, and says each stage.
fn followed(
    api: &Api,
    seat: &str,
    (looks_max, as_json): (u32, bool),
    words: impl Fn(&str, &str) -> Option<String>,
) -> anyhow::Result<Value> {
    let mut stage = String::new();
    let mut looks = 0;
    loop {
        let trial = look(api, seat)?;
        let now = trial["stage"].as_str().unwrap_or("");
        if !as_json && now != stage {
            now.clone_into(&mut stage);
            if let Some(words) = words(seat, now) {
                say(&words);
            }
        }
        looks += 1;
        let is_counted = trial["answered"] != true || !trial["voice"].is_null();
        if (now == "over" && is_counted) || looks >= looks_max {
            return Ok(trial);
        }
        sleep(LOOK_EVERY);
    }
}

fn look(api: &Api, seat: &str) -> anyhow::Result<Value> {
    let look = api.get("snapshot")?;
    let seats = look["seats"].as_array();
    let found = seats.and_then(|seats| seats.iter().find(|it| it["name"] == seat));
    Ok(found.map_or(Value::Null, |found| found["trial"].clone()))
}

fn on_the_way(seat: &str, stage: &str) -> Option<String> {
    let words = match stage {
        "calling" => format!("calling the phone of seat {seat} …"),
        "ringing" => "it rings: pick it up".to_owned(),
        "told" => "picked up: it says a message; press 1 if you hear it".to_owned(),
        "echo" => "speak: you hear yourself; # or hanging up ends it".to_owned(),
        _ => return None,
    };
    Some(words)
}

fn in_practice(seat: &str, stage: &str) -> Option<String> {
    let words = match stage {
        "calling" => format!("calling the phone of seat {seat} …"),
        "ringing" => "it rings: pick it up as for a real call".to_owned(),
        "told" => "picked up: the invented person says what they want".to_owned(),
        "echo" => "answer them: you hear yourself; give the result on the seat's page, and hang up"
            .to_owned(),
        "wrap_up" => "the call is over: there is time for its result".to_owned(),
        _ => return None,
    };
    Some(words)
}

/// What a real call had done that was handled so.
fn practised(practice: &Value) -> String {
    let mut words = String::from("nothing was stored or counted; in a real call ");
    match practice["told"].as_str() {
        Some(result) => words.push_str(&format!("the result would be {result}")),
        None if practice["interrupted"] == true => {
            words.push_str("the person would count as cut off, and be called back");
        }
        None => words.push_str("the result would be done, because none was told"),
    }
    for need in practice["needs"].as_array().into_iter().flatten() {
        let becomes = if need["closes"] == true {
            "be closed"
        } else {
            "stay open"
        };
        let kind = need["kind"].as_str().unwrap_or("").replace('_', " ");
        words.push_str(&format!("; \"{kind}\" would {becomes}"));
    }
    words
}

/// Whether all is well, and what to do where it is not.
fn outcome(seat: &str, trial: &Value) -> (bool, String) {
    if trial["answered"] != true {
        let words = match trial["end"].as_str() {
            Some("no_answer") => "it rang, and nobody picked it up: try again with somebody beside it".to_owned(),
            Some("busy") => "the phone says that it is busy: see whether its handset is off the hook".to_owned(),
            Some("declined" | "hung_up") => {
                "the phone refused the call: see whether it is set to \"do not disturb\" or diverts".to_owned()
            }
            Some("not_sent") => {
                "the call never left: the phone's connection is gone, or no media port is free; restart \
                 the phone, then look at the log of `cuptel serve`"
                    .to_owned()
            }
            Some("gave_way") => {
                "it gave way before it was picked up: somebody waited, or the operator has gone".to_owned()
            }
            Some("stopped") => "cut off, because the node stops".to_owned(),
            Some(_) | None => format!(
                "the phone is registered and did not ring: see that it is on and that requests of the server \
                 reach it (NAT, firewall); `cuptel seats show {seat}` says where it registered"
            ),
        };
        return (false, words);
    }
    let packets = trial["voice"]["packets"].as_u64().unwrap_or(0);
    let lost = trial["voice"]["lost"].as_u64().unwrap_or(0);
    if packets == 0 {
        let words = "picked up, and no sound came from the phone: see that its microphone is on, then that \
                     UDP to the ports under [[media.network]] is let through"
            .to_owned();
        return (false, words);
    }
    let heard = if trial["heard_us"] == true {
        "whoever was there pressed 1: they heard us"
    } else {
        "nobody pressed 1, so whether we were heard is not known"
    };
    let words = format!("sound came from the phone: {packets} packets, {lost} missing; {heard}");
    (true, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_real_call_had_done_is_told() {
        let needs = json!([{ "kind": "taken_in_charge", "closes": false }, { "kind": "missed", "closes": true }]);
        let told = practised(&json!({ "told": "done", "interrupted": false, "needs": needs }));
        assert!(told.contains("the result would be done"), "{told}");
        assert!(
            told.contains("\"taken in charge\" would stay open"),
            "{told}"
        );
        assert!(told.contains("\"missed\" would be closed"), "{told}");
        let told = practised(&json!({ "told": null, "interrupted": true, "needs": [] }));
        assert!(told.contains("cut off"), "{told}");
    }

    #[test]
    fn what_went_wrong_is_told_with_what_to_do() {
        let trial = json!({ "answered": false, "end": "unreachable" });
        let (is_well, words) = outcome("101", &trial);
        assert!(
            !is_well && words.contains("cuptel seats show 101"),
            "{words}"
        );
        let trial = json!({ "answered": true, "voice": { "packets": 0, "lost": 0 } });
        let (is_well, words) = outcome("101", &trial);
        assert!(!is_well && words.contains("[[media.network]]"), "{words}");
        let trial =
            json!({ "answered": true, "heard_us": true, "voice": { "packets": 9, "lost": 1 } });
        let (is_well, words) = outcome("101", &trial);
        assert!(is_well && words.contains("9 packets, 1 missing"), "{words}");
    }
}
