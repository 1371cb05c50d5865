//! `why`: the decisions about an offer, an attempt, a callback or a task, and what holds one that
//! waits back now, in sentences. Reads what the API says, or the database.

use std::process::ExitCode;

use cuptel_core::matching::Skills;
use serde_json::{Value, json};

use crate::cli::{One, say};
use crate::config::Config;
use crate::{shell, table};

/// `why`.
pub(crate) fn why(config: &Config, One { id, how }: One) -> anyhow::Result<ExitCode> {
    let why = shell::decisions(config, id, how.offline)?;
    if how.json {
        say(&serde_json::to_string(&json!({ "why": why }))?);
        return Ok(ExitCode::SUCCESS);
    }
    for line in told(&why, how.offline) {
        say(&line);
    }
    Ok(ExitCode::SUCCESS)
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

fn moment(value: &Value, field: &str) -> String {
    table::text(field, &value[field])
}

fn name<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or("-")
}

fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

fn told(why: &Value, offline: bool) -> Vec<String> {
    let decisions = list(why, "decisions");
    let mut lines = Vec::new();
    if decisions.is_empty() {
        lines.push(format!("no seat was asked about {}", why["id"]));
    }
    for decision in decisions {
        tell_decision(decision, &mut lines);
    }
    for side in list(why, "side_calls") {
        lines.push(beside(side));
    }
    if why["now"].is_object() {
        tell_now(&why["now"], &mut lines);
    } else if offline {
        lines.push("whether it waits now only the running node knows".to_owned());
    }
    lines
}

/// What an operator did beside a conversation, or with its person.
fn beside(side: &Value) -> String {
    let (entry, other) = (name(side, "entry"), name(side, "to_seat"));
    let what = match (name(side, "kind"), side["to_seat"].is_null()) {
        ("to_queue", _) => format!("gave the person to the queue {}", name(side, "queue")),
        ("to_seat", _) => format!("gave the person to seat {other}"),
        ("to_number", _) => format!("gave the person to {entry}"),
        ("consult", false) => format!("asked seat {other}"),
        ("consult", true) => format!("asked {entry}"),
        (_, _) => format!("called {entry}"),
    };
    let how = match (side["result"].as_str(), side["ended_ms"].is_null()) {
        (Some(result), _) => format!(": {}", result.replace('_', " ")),
        (None, false) => String::new(),
        (None, true) => ": going on".to_owned(),
    };
    format!(
        "beside it, {}: seat {} ({}) {what}{how}",
        moment(side, "begun_ms"),
        name(side, "seat"),
        name(side, "operator")
    )
}

/// Which work it is about.
fn work(of: &Value) -> String {
    let kinds = ["attempt", "callback", "task"].into_iter();
    let mut named = kinds.filter(|kind| !of[*kind].is_null());
    let kind = named.next().unwrap_or("work");
    format!("{kind} {}", of[kind])
}

fn stood(decision: &Value) -> String {
    let (place, key) = (moment(decision, "place_ms"), moment(decision, "key_ms"));
    if !decision["task"].is_null() {
        return format!("  it was added at {place}, and is to be done by {key}");
    }
    let mut stood = format!("  its place in line was {place}");
    if decision["place_ms"] != decision["key_ms"] {
        stood.push_str(&format!(
            "; with priority, weight of the queue and live bonus it stood as at {key}"
        ));
    }
    stood
}

fn tell_decision(decision: &Value, lines: &mut Vec<String>) {
    let what = work(decision);
    lines.push(format!(
        "offer {}, {}: {what} of {} to seat {} ({}): {}",
        decision["offer"],
        moment(decision, "at_ms"),
        name(decision, "queue"),
        name(decision, "seat"),
        name(decision, "operator"),
        name(decision, "state"),
    ));
    lines.push(stood(decision));
    if let Some(step @ 1..) = decision["step"].as_u64() {
        let times = counted(step, "step");
        lines.push(format!(
            "  what is asked of an operator was relaxed by {times}"
        ));
    }
    if decision["chosen"] == json!(true) {
        lines.push("  its operator chose it by hand, before its turn".to_owned());
    } else if decision["knows_them"] == json!(true) {
        let whom = if decision["task"].is_null() {
            "the operator who spoke with the person last"
        } else {
            "this operator alone"
        };
        lines.push(format!("  it waited for {whom}"));
    } else {
        let free = counted(decision["free"].as_u64().unwrap_or_default(), "free seat");
        let first = asked_first(name(decision, "strategy"));
        lines.push(format!("  of {free} that can do it the first is {first}"));
    }
    for seat in list(decision, "seats") {
        lines.push(format!("    {}", considered(seat)));
    }
    let passed = list(decision, "passed_over");
    if !passed.is_empty() {
        lines.push("  before it, and not for this seat:".to_owned());
    }
    for before in passed {
        lines.push(format!("    {}", passed_over(before)));
    }
    let rules = name(decision, "rules");
    lines.push(format!(
        "  by configuration {}, in force since {}",
        rules.get(..8).unwrap_or(rules),
        moment(decision, "rules_since_ms")
    ));
}

fn asked_first(strategy: &str) -> &str {
    match strategy {
        "least_occupied" => "the one that has worked least lately",
        "best_skill" => "the one with the highest levels",
        "fewest_calls" => "the one that has taken fewest works",
        _ => "the one idle longest",
    }
}

fn considered(seat: &Value) -> String {
    let mut text = format!(
        "{}: {}",
        name(seat, "seat"),
        standing(name(seat, "eligibility"))
    );
    text.push_str(&format!(
        ", idle since {}",
        table::text("idle_since_ms", &seat["idle_since_ms"])
    ));
    if seat["weight_ms"] != json!(0) {
        let weight = table::text("weight_ms", &seat["weight_ms"]);
        text.push_str(&format!(", its levels weigh {weight}"));
    }
    if let Some(unmet @ 1..) = seat["unmet"].as_u64() {
        text.push_str(&format!(", lacks {}", counted(unmet, "preferred skill")));
    }
    if seat["is_guest"] == json!(true) {
        text.push_str(", of another tenant: asked after equal ones of the house");
    }
    if let Some(ring @ 1..) = seat["ring"].as_u64() {
        text.push_str(&format!(", can do it from step {ring} on"));
    }
    text
}

/// How a seat stands to a work.
fn standing(eligibility: &str) -> &str {
    match eligibility {
        "eligible" => "can have it",
        "refused" => "did not take it before",
        "lacks_skills" => "without the skills",
        "signed_out" => "with nobody signed in",
        "paused" => "paused",
        "unreachable" => "with a phone that is not there",
        "not_responding" => "not responding",
        "busy" => "busy",
        "resting" => "resting after an offer not taken",
        "site_out" => "at a site that is cut off",
        "site_full" => "at a site with as many calls as its link carries",
        "shift_ends" => "with a shift that ends too soon",
        "kept_for_callers" => "kept for those who call, or are to be called back",
        "lend_floor" => "not lent: its tenant's lend_floor is reached",
        "lend_max" => "not lent: its tenant's lend_max is reached",
        "borrow_max" => "not borrowed: the queue's tenant has its borrow_max",
        _ => "not eligible",
    }
}

fn passed_over(before: &Value) -> String {
    let why = match name(before, "why") {
        "not_eligible" => "not eligible".to_owned(),
        "not_dialled" => "nobody may be dialled for its queue".to_owned(),
        "after_callers" => "a callback, and callers go first now".to_owned(),
        "asks_more" => "more is asked for it than the operator can".to_owned(),
        "not_lent" => "the seat may not be lent to its tenant".to_owned(),
        "refused" => "the seat did not take it before".to_owned(),
        "kept_for_callers" => standing("kept_for_callers").to_owned(),
        "waits_for_operator" => format!("it waits for {}", name(before, "operator")),
        _ => "it is not older by enough, for what the operator is better at".to_owned(),
    };
    format!("{} of {}: {why}", work(before), name(before, "queue"))
}

fn tell_now(now: &Value, lines: &mut Vec<String>) {
    let queue = name(now, "queue");
    if let Some(seat) = now["seat"].as_str() {
        lines.push(format!("now: seat {seat} has it, for {queue}"));
        return;
    }
    let ahead = counted(now["ahead"].as_u64().unwrap_or_default(), "work");
    lines.push(format!("now: it waits in {queue}, {ahead} before it"));
    let asks: Skills = serde_json::from_value(now["asks"].clone()).unwrap_or_default();
    let mut asked: Vec<String> = asks
        .iter()
        .map(|(s, least)| format!("{s} {least}"))
        .collect();
    if asked.is_empty() {
        asked.push("no skill".to_owned());
    }
    let mut line = format!("  asked of an operator: {}", asked.join(", "));
    if !now["asks_less_at_ms"].is_null() {
        line.push_str(&format!(
            "; less from {} on",
            moment(now, "asks_less_at_ms")
        ));
    }
    lines.push(line);
    let seats = list(now, "seats").iter().map(|group| {
        let seats = counted(group["seats"].as_u64().unwrap_or_default(), "seat");
        format!("{seats} {}", standing(name(group, "eligibility")))
    });
    lines.push(format!("  {}", seats.collect::<Vec<_>>().join(", ")));
    for hold in list(now, "holds") {
        lines.push(format!("  {}", held(hold)));
    }
    for declined in list(now, "declined") {
        lines.push(format!("  {}", handed_back(declined)));
    }
}

fn handed_back(declined: &Value) -> String {
    let mut line = format!(
        "seat {} handed it back at {}, and is not asked again until {}: {}",
        name(declined, "seat"),
        moment(declined, "at_ms"),
        moment(declined, "until_ms"),
        name(declined, "reason")
    );
    if let Some(note) = declined["note"].as_str() {
        line.push_str(&format!(" ({note})"));
    }
    line
}

fn stopped(hold: &Value, until: &str) -> String {
    let end = if hold["until_ms"].is_null() {
        "somebody resumes it".to_owned()
    } else {
        until.to_owned()
    };
    let what = match name(hold, "button") {
        "emergency" => "the emergency message is on",
        _ => "outgoing calls are stopped",
    };
    let of = match name(hold, "reach") {
        "region" => "the region",
        "tenant" => "its tenant",
        _ => "its queue",
    };
    let since = moment(hold, "since_ms");
    format!("held: {what} for {of} since {since}, until {end}")
}

fn held(hold: &Value) -> String {
    let until = moment(hold, "until_ms");
    match name(hold, "hold") {
        "stopping" => "held: the centre is stopping".to_owned(),
        "not_stored" => "held: what happens cannot be stored, so nobody is rung".to_owned(),
        "not_due" => {
            format!(
                "held until {until}: it rests after a call, was put off, or is released after an opening; `cuptel callbacks show` tells which"
            )
        }
        "time_chosen" => format!("held until {until}: the person has said when to be called"),
        "window_closed" => format!("held until {until}: people may not be rung at this hour"),
        "no_channel" => "held: no trunk has a channel for a callback".to_owned(),
        "trunks_down" => {
            let since = moment(hold, "since_ms");
            format!(
                "held: every trunk refuses our calls since {since}; each is tried again with one call at a time"
            )
        }
        "gives_way" => {
            format!("held: the seats that could have it are left to callers; until {until} at most")
        }
        "after_callers" => {
            format!("who is on the line goes first; from {until} on it goes by its place")
        }
        "stopped" => stopped(hold, &until),
        "emergency" => "held: its health authority can serve nobody now".to_owned(),
        "as_many_as_free" => {
            "held: as many people are called before an operator is on the line as operators are free"
                .to_owned()
        }
        "without_operator" => {
            "it is a reminder: the person is called without an operator, as others before".to_owned()
        }
        "in_a_call" => "held: the person has a call with us, or is being called".to_owned(),
        "unreconciled" => {
            "held: it was being called when the process ended, and rests until that is settled"
                .to_owned()
        }
        "campaign" => {
            "held: its campaign is paused, over or out of its hours (see cuptel campaigns list)"
                .to_owned()
        }
        "assigned" => "it is assigned to an operator, and waits for them".to_owned(),
        _ => format!("until {until} it waits for the operator who spoke with the person last"),
    }
}
