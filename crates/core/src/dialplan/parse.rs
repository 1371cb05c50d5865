//! From the text of a dialplan to its steps, telling every fault at once.

use std::collections::BTreeMap;
use std::ops::Range;

use super::fields::{Fault, Faults, Fields, Placed, document, unknown};
use super::parts::{announce, key, number_by_key, numbers, return_call};
use super::{
    Dialplan, Emergency, NameKind, Names, OfferCallback, ReturnCall, Served, Step, StepId, check,
};
use crate::id::QueueId;
use crate::number::PhoneNumber;
use crate::rules::{CalendarId, PromptId};

/// Longest pause or wait that can be meant.
pub(super) const DAY_S: u32 = 86_400;
/// More calls a second than one machine takes.
const CALLS_PER_S: u32 = 100_000;
/// The key that says what a step does, each with what it stands for.
const KINDS: [&str; 8] = [
    "calendar",
    "menu",
    "queue",
    "callback",
    "verify",
    "opt_out",
    "emergency",
    "hang_up",
];
const KINDS_TOLD: &str = "one of `play`, `calendar`, `menu`, `queue`, `callback`, `verify`, `opt_out`, `emergency`, `hang_up`";

const MENU_TIMEOUT_S: u32 = 6;
const MENU_TRIES: u32 = 2;
const QUEUE_MAX_WAIT_S: u32 = 1_200;
/// Beyond it the name of a weekday would be that of today.
const VERIFY_DAYS: u32 = 6;
const VERIFY_USUAL_DAYS: u32 = 5;

/// Where a dialplan says what others may contradict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The value of `tenant`.
    pub tenant: Range<usize>,
    /// The numbers, in the order of [`Dialplan::numbers`].
    pub numbers: Vec<Range<usize>>,
    /// The switch of the emergency message.
    pub emergency: Option<Range<usize>>,
    /// What is said of who returns a call.
    pub return_call: Option<Range<usize>>,
    /// The first step that says whether we called.
    pub verify: Option<Range<usize>>,
    /// The first step that asks when somebody is to be called.
    pub when: Option<Range<usize>>,
    /// The first step with which callers take themselves off the list.
    pub opt_out: Option<Range<usize>>,
}

/// Reads and checks a dialplan.
///
/// # Errors
/// Every fault of the text, in its order.
pub fn parse(text: &str, names: &dyn Names) -> Result<Dialplan, Vec<Fault>> {
    parse_with_places(text, names).map(|(dialplan, _)| dialplan)
}

/// Reads and checks a dialplan, and tells where its tenant and numbers stand.
///
/// # Errors
/// Every fault of the text, in its order.
pub fn parse_with_places(text: &str, names: &dyn Names) -> Result<(Dialplan, Places), Vec<Fault>> {
    let document = document(text)?;
    let faults = Faults::default();
    // A key missing at the top has no place of its own: the text's beginning stands for it.
    let mut root = Fields::new(document.get_ref(), 0..0, &faults);
    let tenant = root.required_text("tenant", "the short name of a tenant");
    let numbers = numbers(&mut root);
    let calls_per_s = root.whole("calls_per_s", 1..=CALLS_PER_S);
    let start = root.required_text("start", "the name of the first step");
    let missed = root.required_text("missed_queue", "the name of a queue");
    let emergency = emergency(&mut root);
    let return_at = root.key_at("return_call");
    let return_call = return_call(&mut root);
    let steps = root.table("step");
    if steps.is_none() && !root.has("step") {
        root.missing("step", "steps, each under its own `[step.name]`");
    }
    root.finish();

    let named = steps.as_ref().map(Fields::names).unwrap_or_default();
    let reader = Reader {
        names,
        steps: &named,
        faults: &faults,
    };
    let start = start.and_then(|start| reader.step(&start));
    let missed_queue = missed.and_then(|missed| reader.queue(&missed));
    let drafts: Vec<Option<Step>> = match &steps {
        Some(steps) => named
            .iter()
            .map(|name| reader.read(steps.named_table(name)?))
            .collect(),
        None => Vec::new(),
    };
    let emergency_at = emergency.as_ref().map(|switch| switch.at.clone());
    let emergency = emergency.and_then(|switch| reader.emergency_switch(&switch, &drafts));
    if let Some(start) = start {
        let begins: Vec<StepId> = [start]
            .into_iter()
            .chain(emergency.map(|emergency| emergency.step))
            .collect();
        check::graph(&begins, &drafts, &named, &faults);
    }
    let head = Head {
        tenant,
        numbers,
        calls_per_s: calls_per_s.map(|rate| rate.value),
        start,
        missed_queue,
        emergency,
        emergency_at,
        return_call,
        return_at,
    };
    match build(head, drafts, &named) {
        Some((plan, places)) if faults.is_empty() => Ok((plan, places)),
        Some(_) | None => Err(faults.into_sorted()),
    }
}

/// What stands above the steps.
struct Head<'r> {
    tenant: Option<Placed<&'r str>>,
    numbers: Vec<Placed<PhoneNumber>>,
    calls_per_s: Option<u32>,
    start: Option<StepId>,
    missed_queue: Option<QueueId>,
    emergency: Option<Emergency>,
    emergency_at: Option<Range<usize>>,
    return_call: Option<ReturnCall>,
    return_at: Option<Range<usize>>,
}

/// Nothing where any part is missing; the fault is told already.
fn build(
    head: Head<'_>,
    drafts: Vec<Option<Step>>,
    named: &[Placed<&str>],
) -> Option<(Dialplan, Places)> {
    let Head {
        tenant,
        numbers,
        calls_per_s,
        start,
        missed_queue,
        emergency,
        emergency_at,
        return_call,
        return_at,
    } = head;
    let tenant = tenant?;
    let is_verify = |draft: &Option<Step>| matches!(draft, Some(Step::Verify { .. }));
    let verify = drafts.iter().position(is_verify);
    let verify_at = verify.and_then(|step| Some(named.get(step)?.at.clone()));
    let asks_when =
        |draft: &Option<Step>| matches!(draft, Some(Step::Callback { when: Some(_), .. }));
    let when_at = drafts.iter().position(asks_when);
    let when_at = when_at.and_then(|step| Some(named.get(step)?.at.clone()));
    let opts_out = |draft: &Option<Step>| {
        matches!(
            draft,
            Some(
                Step::OptOut { .. }
                    | Step::Queue {
                        opt_out_key: Some(_),
                        ..
                    }
            )
        )
    };
    let opt_out_at = drafts.iter().position(opts_out);
    let opt_out_at = opt_out_at.and_then(|step| Some(named.get(step)?.at.clone()));
    let places = Places {
        tenant: tenant.at,
        numbers: numbers.iter().map(|number| number.at.clone()).collect(),
        emergency: emergency_at,
        return_call: return_at,
        verify: verify_at,
        when: when_at,
        opt_out: opt_out_at,
    };
    let dialplan = Dialplan {
        tenant: tenant.value.to_owned(),
        numbers: numbers.into_iter().map(|number| number.value).collect(),
        calls_per_s,
        start: start?,
        emergency,
        missed_queue: missed_queue?,
        return_call,
        steps: drafts.into_iter().collect::<Option<Vec<Step>>>()?,
        names: named.iter().map(|name| name.value.to_owned()).collect(),
    };
    Some((dialplan, places))
}

/// The switch of the emergency message, its step still a name.
struct Switch<'r> {
    step: Placed<&'r str>,
    active: bool,
    /// Where `active` is written, or the whole where it is not.
    at: Range<usize>,
}

fn emergency<'r>(root: &mut Fields<'r>) -> Option<Switch<'r>> {
    let mut table = root.table("emergency")?;
    let step = table.required_text("step", "the name of the emergency step");
    let active = table.truth("active").unwrap_or(Placed {
        value: false,
        at: table.at(),
    });
    table.finish();
    Some(Switch {
        step: step?,
        active: active.value,
        at: active.at,
    })
}

/// Reads steps, knowing which names exist. Any fault refuses the whole dialplan, so what
/// is optional may come out empty beside its fault; a step is withheld only where the
/// graph would be read wrong without what is at fault.
pub(super) struct Reader<'r> {
    names: &'r dyn Names,
    steps: &'r [Placed<&'r str>],
    pub(super) faults: &'r Faults,
}

impl Reader<'_> {
    fn read(&self, mut step: Fields<'_>) -> Option<Step> {
        let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| step.has(kind)).collect();
        let draft = match kinds.as_slice() {
            [] if step.has("play") => self.play(&mut step),
            ["calendar"] => self.hours(&mut step),
            ["menu"] => self.menu(&mut step),
            ["queue"] => self.wait(&mut step),
            ["callback"] => self.callback(&mut step),
            ["verify"] => self.verify(&mut step),
            ["opt_out"] => self.opt_out(&mut step),
            ["emergency"] => self.emergency(&mut step),
            ["hang_up"] => self.hang_up(&mut step),
            [] => {
                self.faults.add(
                    step.at(),
                    format!("a step that does nothing: expected {KINDS_TOLD}"),
                );
                return None;
            }
            [_, second, ..] => {
                let at = step.key_at(second).unwrap_or_else(|| step.at());
                let told = kinds.join("` and `");
                self.faults.add(
                    at,
                    format!("a step does one thing, not `{told}`: expected {KINDS_TOLD}"),
                );
                return None;
            }
            [_] => None,
        };
        step.finish();
        draft
    }

    fn play(&self, step: &mut Fields<'_>) -> Option<Step> {
        let prompts = step
            .texts("play")
            .and_then(|names| self.prompts("play", names));
        let then = self.required_step(
            step,
            "then",
            "the step after the prompts, or `hang_up = true`",
        );
        let served = self.served(step);
        Some(Step::Play {
            prompts: prompts?,
            then: then?,
            served,
        })
    }

    fn served(&self, step: &mut Fields<'_>) -> Option<Served> {
        let served = step.truth("served").is_some_and(|served| served.value);
        let closes = step.text("closes");
        if !served && let Some(closes) = &closes {
            let message = "`closes` needs `served = true` beside it: only an answer settles a need";
            self.faults.add(closes.at.clone(), message);
        }
        let closes = closes.and_then(|name| self.queue(&name));
        served.then_some(Served { closes })
    }

    fn hours(&self, step: &mut Fields<'_>) -> Option<Step> {
        let calendar = step
            .required_text("calendar", "the name of a calendar")
            .and_then(|name| self.calendar(&name));
        let open = self.required_step(step, "open", "the step while the calendar is open");
        let closed = self.required_step(step, "closed", "the step while the calendar is closed");
        Some(Step::Hours {
            calendar: calendar?,
            open: open?,
            closed: closed?,
        })
    }

    fn menu(&self, step: &mut Fields<'_>) -> Option<Step> {
        let prompt = step
            .required_text("menu", "the name of the prompt that asks")
            .and_then(|name| self.prompt(&name));
        let keys = self.menu_keys(step);
        let timeout_s = step.whole_or("timeout_s", 1..=DAY_S, MENU_TIMEOUT_S);
        let otherwise = self.required_step(
            step,
            "otherwise",
            "the step for a caller who presses no key",
        );
        let tries = step.whole_or("tries", 1..=10, MENU_TRIES);
        let invalid = step.text("invalid").and_then(|name| self.prompt(&name));
        let (prompt, keys, otherwise) = (prompt?, keys?, otherwise?);
        Some(Step::Menu {
            prompt,
            keys,
            timeout_s,
            otherwise,
            tries,
            invalid,
        })
    }

    /// All of them, or nothing when one is at fault.
    fn menu_keys(&self, step: &mut Fields<'_>) -> Option<BTreeMap<char, StepId>> {
        let Some(table) = step.table("keys") else {
            if !step.has("keys") {
                step.missing("keys", "the steps that keys lead to, like { 1 = \"book\" }");
            }
            return None;
        };
        let names = table.names();
        if names.is_empty() {
            self.faults
                .add(table.at(), "a menu without keys: expected at least one");
            return None;
        }
        let mut keys = BTreeMap::new();
        for name in &names {
            let key = self.key(name);
            let follower = table
                .named_text(name.value)
                .and_then(|text| self.step(&text));
            if let (Some(key), Some(follower)) = (key, follower) {
                keys.insert(key, follower);
            }
        }
        (keys.len() == names.len()).then_some(keys)
    }

    fn wait(&self, step: &mut Fields<'_>) -> Option<Step> {
        let queue = step
            .required_text("queue", "the name of a queue")
            .and_then(|name| self.queue(&name));
        let announce = announce(step);
        let offer_callback = self.offer_callback(step);
        let opt_out_key = step.text("opt_out_key");
        if let (Some(text), Some(offer)) = (&opt_out_key, &offer_callback)
            && text.value.chars().eq([offer.value.key])
        {
            let message = "this key asks for a callback already: expected another";
            self.faults.add(text.at.clone(), message);
        }
        let opt_out_key = opt_out_key.and_then(|text| self.key(&text));
        let max_wait_s = step.whole_or("max_wait_s", 1..=DAY_S, QUEUE_MAX_WAIT_S);
        let on_timeout = self.required_step(step, "on_timeout", "the step after the longest wait");
        let music = step.text("music").and_then(|name| self.prompt(&name));
        let offer_callback = offer_callback.map(|offer| {
            let OfferCallback { after_s, .. } = offer.value;
            if max_wait_s <= after_s {
                let message = format!(
                    "a callback offered after {after_s} s is never offered: the wait ends after {max_wait_s} s"
                );
                self.faults.add(offer.at, message);
            }
            offer.value
        });
        let (queue, on_timeout) = (queue?, on_timeout?);
        Some(Step::Queue {
            queue,
            announce,
            offer_callback,
            opt_out_key,
            max_wait_s,
            on_timeout,
            music,
        })
    }

    fn offer_callback(&self, step: &mut Fields<'_>) -> Option<Placed<OfferCallback>> {
        let mut offer = step.table("offer_callback")?;
        let at = offer.at();
        let after_s = offer.required_whole("after_s", 1..=DAY_S);
        let key = offer.required_text("key", "the key that accepts, like \"1\"");
        let key = key.and_then(|key| self.key(&key));
        offer.finish();
        Some(Placed {
            value: OfferCallback { after_s, key: key? },
            at,
        })
    }

    fn callback(&self, step: &mut Fields<'_>) -> Option<Step> {
        // Without a table the fault is told already.
        let (queue, by_key) = step
            .table("callback")
            .map(|mut callback| {
                let queue = callback
                    .required_text("queue", "the queue that owes the callback")
                    .and_then(|name| self.queue(&name));
                let by_key = number_by_key(&mut callback);
                callback.finish();
                (queue, by_key)
            })
            .unwrap_or_default();
        let when = step.table("when").map(|when| self.when(when));
        let then = self.optional_step(step, "then")?;
        let when = match when {
            Some(when) => Some(Box::new(when?)),
            None => None,
        };
        Some(Step::Callback {
            queue: queue?,
            by_key,
            when,
            then,
        })
    }

    fn verify(&self, step: &mut Fields<'_>) -> Option<Step> {
        // Without a table the fault is told already.
        let mut verify = step.table("verify")?;
        let yes = self.required_step(&mut verify, "yes", "the step after a yes");
        let no = self.required_step(&mut verify, "no", "the step after a no");
        let days = verify.whole_or("days", 1..=VERIFY_DAYS, VERIFY_USUAL_DAYS);
        verify.finish();
        Some(Step::Verify {
            yes: yes?,
            no: no?,
            days,
        })
    }

    fn opt_out(&self, step: &mut Fields<'_>) -> Option<Step> {
        let opt_out = step.truth("opt_out");
        let then = self.optional_step(step, "then")?;
        let instead = self.required_step(step, "instead", "the step of who does not confirm");
        if let Some(truth) = opt_out.filter(|truth| !truth.value) {
            let message = "`opt_out = false` means nothing: expected `true`";
            self.faults.add(truth.at, message);
            return None;
        }
        Some(Step::OptOut {
            then,
            instead: instead?,
        })
    }

    fn emergency(&self, step: &mut Fields<'_>) -> Option<Step> {
        let prompts = step
            .texts("emergency")
            .and_then(|names| self.prompts("emergency", names));
        let then = self.optional_step(step, "then")?;
        Some(Step::Emergency {
            prompts: prompts?,
            then,
        })
    }

    /// The switch with its step, which must say that a call is owed.
    fn emergency_switch(&self, switch: &Switch<'_>, drafts: &[Option<Step>]) -> Option<Emergency> {
        let step = self.step(&switch.step)?;
        let fits = |draft: &Step| matches!(draft, Step::Emergency { .. });
        // A step at fault has been told already.
        if !drafts.get(step.0)?.as_ref().is_none_or(fits) {
            let message = format!(
                "step \"{}\" owes its callers nothing: expected a step with `emergency = [\"prompt\"]`",
                switch.step.value
            );
            self.faults.add(switch.step.at.clone(), message);
        }
        Some(Emergency {
            step,
            active: switch.active,
        })
    }

    fn hang_up(&self, step: &mut Fields<'_>) -> Option<Step> {
        let hang_up = step.truth("hang_up");
        let play = match step.texts("play") {
            Some(names) => self.prompts("play", names),
            None => Some(Vec::new()),
        };
        let served = self.served(step);
        let hang_up = hang_up?;
        if !hang_up.value {
            let message = "`hang_up = false` means nothing: expected `true`, or `then` with a step";
            self.faults.add(hang_up.at, message);
            // `then` is what was meant: no second fault for it.
            step.text("then");
            return None;
        }
        Some(Step::HangUp {
            play: play?,
            served,
        })
    }

    /// The list under `key`: at least one, all known.
    fn prompts(&self, key: &str, names: Placed<Vec<Placed<&str>>>) -> Option<Vec<PromptId>> {
        if names.value.is_empty() {
            let message = format!("`{key}` is empty: expected at least one prompt");
            self.faults.add(names.at, message);
            return None;
        }
        let prompts: Vec<_> = names.value.iter().map(|name| self.prompt(name)).collect();
        prompts.into_iter().collect()
    }

    /// The step under a key that may be absent; nothing when it is at fault.
    fn optional_step(&self, step: &mut Fields<'_>, key: &'static str) -> Option<Option<StepId>> {
        match step.text(key) {
            Some(name) => self.step(&name).map(Some),
            None => Some(None),
        }
    }

    fn required_step(
        &self,
        step: &mut Fields<'_>,
        key: &'static str,
        expected: &str,
    ) -> Option<StepId> {
        step.required_text(key, expected)
            .and_then(|name| self.step(&name))
    }

    fn step(&self, name: &Placed<&str>) -> Option<StepId> {
        let found = self
            .steps
            .iter()
            .position(|step| step.value == name.value)
            .map(StepId);
        self.known_or_fault(found, "step", name, || {
            self.steps.iter().map(|step| step.value).collect()
        })
    }

    pub(super) fn prompt(&self, name: &Placed<&str>) -> Option<PromptId> {
        let found = self.names.prompt(name.value);
        self.known_or_fault(found, "prompt", name, || self.names.known(NameKind::Prompt))
    }

    fn queue(&self, name: &Placed<&str>) -> Option<QueueId> {
        let found = self.names.queue(name.value);
        self.known_or_fault(found, "queue", name, || self.names.known(NameKind::Queue))
    }

    fn calendar(&self, name: &Placed<&str>) -> Option<CalendarId> {
        let found = self.names.calendar(name.value);
        self.known_or_fault(found, "calendar", name, || {
            self.names.known(NameKind::Calendar)
        })
    }

    fn known_or_fault<'n, T>(
        &self,
        found: Option<T>,
        kind: &str,
        name: &Placed<&str>,
        known: impl FnOnce() -> Vec<&'n str>,
    ) -> Option<T> {
        if found.is_none() {
            self.faults
                .add(name.at.clone(), unknown(kind, name.value, known()));
        }
        found
    }

    pub(super) fn key(&self, text: &Placed<&str>) -> Option<char> {
        key(text, self.faults)
    }
}
