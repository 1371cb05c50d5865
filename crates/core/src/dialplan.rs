//! What a caller hears before an operator: a graph of named steps read from a TOML file,
//! checked whole before it is used. Knows nothing of calls: the attempt walks the steps.

mod check;
pub mod fields;
mod hours;
mod parse;
mod parts;
mod when;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use fields::Fault;
pub use parse::{Places, parse, parse_with_places};

use crate::id::QueueId;
use crate::number::PhoneNumber;
use crate::rules::{CalendarId, PromptId};

/// A step, by its place in [`Dialplan::steps`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepId(pub usize);

/// The graph of steps of one tenant. Every [`StepId`] in it has its step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialplan {
    /// Short name of the tenant.
    pub tenant: String,
    /// The numbers that it answers.
    pub numbers: Vec<PhoneNumber>,
    /// Calls admitted to each of them a second; whoever comes faster is refused and called back.
    pub calls_per_s: Option<u32>,
    /// Where a caller begins on an ordinary day; [`Dialplan::begins`] says where today.
    pub start: StepId,
    /// What callers hear instead when nobody can be served.
    pub emergency: Option<Emergency>,
    /// Whose debt a caller is who was refused before any choice.
    pub missed_queue: QueueId,
    /// How who returns a call of ours is recognised, where they are.
    pub return_call: Option<ReturnCall>,
    /// The steps, in the order of the file.
    pub steps: Vec<Step>,
    /// Their names, in the same order.
    pub names: Vec<String>,
}

impl Dialplan {
    /// Where a caller begins now.
    #[must_use]
    pub fn begins(&self) -> StepId {
        match self.emergency {
            Some(Emergency { step, active: true }) => step,
            Some(Emergency { active: false, .. }) | None => self.start,
        }
    }

    /// For how many days it looks back at whom we have rung.
    pub(crate) fn rung_days(&self) -> u32 {
        let asked = self.steps.iter().filter_map(|step| match step {
            Step::Verify { days, .. } => Some(*days),
            Step::Play { .. }
            | Step::Hours { .. }
            | Step::Menu { .. }
            | Step::Queue { .. }
            | Step::Callback { .. }
            | Step::OptOut { .. }
            | Step::Emergency { .. }
            | Step::HangUp { .. } => None,
        });
        let returned = self.return_call.map(|rule| rule.days);
        asked.chain(returned).max().unwrap_or(0)
    }

    /// Whether callers hear the emergency message; callbacks are held meanwhile.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        self.emergency.is_some_and(|emergency| emergency.active)
    }
}

/// Who rings back after we have called them in vain goes past the menu, to the place that is held
/// for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnCall {
    /// For how many days after our call.
    pub days: u32,
    /// The key for another reason: to where everybody chooses.
    pub key: char,
    /// Silence after it was said before they wait in line.
    pub timeout_s: u32,
}

impl Default for ReturnCall {
    fn default() -> Self {
        Self {
            days: 5,
            key: '2',
            timeout_s: 4,
        }
    }
}

/// A message for days on which nobody can be served, such as when the booking system is
/// down: ready in the file, and switched on there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    /// An emergency step.
    pub step: StepId,
    /// Whether new callers begin there.
    pub active: bool,
}

/// One thing that happens to a caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Speaks.
    Play {
        /// One after the other; at least one.
        prompts: Vec<PromptId>,
        /// Afterwards.
        then: StepId,
        /// What whoever has heard them got by it.
        served: Option<Served>,
    },
    /// Asks a calendar.
    Hours {
        /// Which.
        calendar: CalendarId,
        /// While it is open.
        open: StepId,
        /// While it is closed.
        closed: StepId,
    },
    /// Asks the caller for a key.
    Menu {
        /// The question.
        prompt: PromptId,
        /// What each key leads to; at least one.
        keys: BTreeMap<char, StepId>,
        /// Silence after the question before it counts as a try.
        timeout_s: u32,
        /// When the tries are spent.
        otherwise: StepId,
        /// How often the question is put; at least once.
        tries: u32,
        /// Said to a key that leads nowhere.
        invalid: Option<PromptId>,
    },
    /// Waits for an operator.
    Queue {
        /// For what.
        queue: QueueId,
        /// What is said while waiting.
        announce: Announce,
        /// Whether a callback is offered.
        offer_callback: Option<OfferCallback>,
        /// The key of who wants to be called no more.
        opt_out_key: Option<char>,
        /// Longest wait.
        max_wait_s: u32,
        /// When the longest wait is over.
        on_timeout: StepId,
        /// Instead of the ordinary music.
        music: Option<PromptId>,
    },
    /// Promises a callback.
    Callback {
        /// For what.
        queue: QueueId,
        /// What is asked about the number first.
        by_key: NumberByKey,
        /// What is asked about the time then.
        when: Option<Box<When>>,
        /// Afterwards; without it the call ends.
        then: Option<StepId>,
    },
    /// Tells the calling number whether we called it lately.
    Verify {
        /// When we did.
        yes: StepId,
        /// When we did not, or must not say.
        no: StepId,
        /// For how many days back.
        days: u32,
    },
    /// Asks whether they want to be called no more, and has them called no more.
    OptOut {
        /// Afterwards; without it the call ends.
        then: Option<StepId>,
        /// When they do not mean it.
        instead: StepId,
    },
    /// Says that nobody can be served now; the caller is owed a call.
    Emergency {
        /// One after the other; at least one.
        prompts: Vec<PromptId>,
        /// Afterwards; without it the call ends.
        then: Option<StepId>,
    },
    /// Ends the call.
    HangUp {
        /// Said before.
        play: Vec<PromptId>,
        /// What whoever has heard it got by it.
        served: Option<Served>,
    },
}

/// A message that is itself the answer (opening hours, how to prepare for a test): who has
/// heard it to its end is served, without an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// The queue whose open need it settles too; no other need is touched.
    pub closes: Option<QueueId>,
}

/// What is said to a waiting caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announce {
    /// The place in line.
    pub position: bool,
    /// The expected wait.
    pub wait: bool,
    /// How often.
    pub every_s: u32,
}

/// The offer of a callback to a waiting caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferCallback {
    /// When it is made.
    pub after_s: u32,
    /// The key that accepts it.
    pub key: char,
}

/// What a caller who wishes to be called back is asked about the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberByKey {
    /// Whether the number that they called from is read back, to be confirmed or replaced.
    pub confirm: bool,
    /// Whether one who has no number that we may call is asked for one.
    pub ask: bool,
    /// Silence after the question, or after a digit, before it counts as an answer.
    pub timeout_s: u32,
    /// How often the question is put; at least once.
    pub tries: u32,
}

impl Default for NumberByKey {
    fn default() -> Self {
        Self {
            confirm: false,
            ask: false,
            timeout_s: 6,
            tries: 3,
        }
    }
}

/// Whoever is promised a call chooses by key when it is to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// The question.
    pub ask: PromptId,
    /// The hours behind each key; at least one.
    pub windows: BTreeMap<char, TimeWindow>,
}

/// Hours of a day to come, by the clock of the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeWindow {
    /// 0 for today.
    pub days_ahead: u32,
    /// Minutes after midnight.
    pub from_min: u32,
    /// The same; not part of it.
    pub until_min: u32,
    /// How they are said.
    pub say: PromptId,
}

/// What a name in a dialplan can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// A file of the prompt library.
    Prompt,
    /// A queue of the tenant.
    Queue,
    /// A calendar of the tenant.
    Calendar,
}

/// How the names in a tenant's dialplan resolve.
pub trait Names {
    /// A file of the prompt library, without its ending.
    fn prompt(&self, name: &str) -> Option<PromptId>;
    /// A queue of this tenant.
    fn queue(&self, name: &str) -> Option<QueueId>;
    /// A calendar of this tenant.
    fn calendar(&self, name: &str) -> Option<CalendarId>;

    /// Every known name, for "did you mean".
    fn known(&self, _kind: NameKind) -> Vec<&str> {
        Vec::new()
    }
}

impl Step {
    /// The steps that can follow.
    pub fn followers(&self) -> impl Iterator<Item = StepId> {
        let followers: Vec<StepId> = match self {
            Self::Play { then, .. } => vec![*then],
            Self::Hours { open, closed, .. } => vec![*open, *closed],
            Self::Menu {
                keys, otherwise, ..
            } => keys.values().copied().chain([*otherwise]).collect(),
            Self::Queue { on_timeout, .. } => vec![*on_timeout],
            Self::Verify { yes, no, .. } => vec![*yes, *no],
            Self::OptOut { then, instead } => then.iter().copied().chain([*instead]).collect(),
            Self::Callback { then, .. } | Self::Emergency { then, .. } => {
                then.iter().copied().collect()
            }
            Self::HangUp { .. } => Vec::new(),
        };
        followers.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Known;

    const PROMPTS: [&str; 5] = ["benvenuto", "privacy", "scelta", "chiuso", "musica"];
    const QUEUES: [&str; 2] = ["prenotazioni", "disdette"];

    impl Names for Known {
        fn prompt(&self, name: &str) -> Option<PromptId> {
            (0..)
                .zip(PROMPTS)
                .find(|(_, known)| *known == name)
                .map(|(id, _)| PromptId(id))
        }
        fn queue(&self, name: &str) -> Option<QueueId> {
            (1..)
                .zip(QUEUES)
                .find(|(_, known)| *known == name)
                .map(|(id, _)| QueueId(id))
        }
        fn calendar(&self, name: &str) -> Option<CalendarId> {
            (name == "orario").then_some(CalendarId(0))
        }
        fn known(&self, kind: NameKind) -> Vec<&str> {
            match kind {
                NameKind::Prompt => PROMPTS.to_vec(),
                NameKind::Queue => QUEUES.to_vec(),
                NameKind::Calendar => vec!["orario"],
            }
        }
    }

    const HEAD: &str = "tenant = \"asl\"\nnumbers = [\"+390861000000\"]\nstart = \"welcome\"\nmissed_queue = \"prenotazioni\"\n";

    const WHOLE: &str = r##"
tenant = "asl"
numbers = ["+390861000000", "+390861000001"]
start = "welcome"
missed_queue = "prenotazioni"

[step.welcome]
play = ["benvenuto", "privacy"]
then = "hours"

[step.hours]
calendar = "orario"
open = "menu"
closed = "closed"

[step.menu]
menu = "scelta"
keys = { 1 = "book", "#" = "menu", 9 = "callback" }
otherwise = "book"
invalid = "chiuso"

[step.book]
queue = "prenotazioni"
announce = { position = true, every_s = 30 }
offer_callback = { after_s = 60, key = "*" }
max_wait_s = 600
on_timeout = "callback"
music = "musica"

[step.callback]
callback = { queue = "disdette", confirm_number = true, ask_number = true, timeout_s = 8, tries = 2 }
then = "verify"

[step.verify]
verify = { yes = "menu", no = "closed", days = 3 }

[step.closed]
play = ["chiuso"]
hang_up = true
"##;

    /// `HEAD`, then `steps`; each fault as (the text it points at, the message).
    fn faults(steps: &str) -> Vec<(String, String)> {
        faults_of(&format!("{HEAD}{steps}"))
    }

    fn faults_of(text: &str) -> Vec<(String, String)> {
        let faults = parse(text, &Known).unwrap_err();
        faults
            .into_iter()
            .map(|fault| (text[fault.at].to_owned(), fault.message))
            .collect()
    }

    #[track_caller]
    fn assert_only(steps: &str, at: &str, message: &str) {
        assert_eq!(faults(steps), [(at.to_owned(), message.to_owned())]);
    }

    const END: &str = "[step.end]\nhang_up = true\n";

    #[test]
    fn every_kind_of_step_is_read() {
        let dialplan = parse(WHOLE, &Known).unwrap();
        assert_eq!(
            dialplan.names,
            [
                "welcome", "hours", "menu", "book", "callback", "verify", "closed"
            ]
        );
        assert_eq!(dialplan.start, StepId(0));
        assert_eq!(dialplan.missed_queue, QueueId(1));
        assert_eq!(dialplan.numbers[1].reveal(), "+390861000001");
        let expected = [
            Step::Play {
                prompts: vec![PromptId(0), PromptId(1)],
                then: StepId(1),
                served: None,
            },
            Step::Hours {
                calendar: CalendarId(0),
                open: StepId(2),
                closed: StepId(6),
            },
            Step::Menu {
                prompt: PromptId(2),
                keys: [('1', StepId(3)), ('#', StepId(2)), ('9', StepId(4))].into(),
                timeout_s: 6,
                otherwise: StepId(3),
                tries: 2,
                invalid: Some(PromptId(3)),
            },
            Step::Queue {
                queue: QueueId(1),
                announce: Announce {
                    position: true,
                    wait: false,
                    every_s: 30,
                },
                offer_callback: Some(OfferCallback {
                    after_s: 60,
                    key: '*',
                }),
                opt_out_key: None,
                max_wait_s: 600,
                on_timeout: StepId(4),
                music: Some(PromptId(4)),
            },
            Step::Callback {
                queue: QueueId(2),
                by_key: NumberByKey {
                    confirm: true,
                    ask: true,
                    timeout_s: 8,
                    tries: 2,
                },
                when: None,
                then: Some(StepId(5)),
            },
            Step::Verify {
                yes: StepId(2),
                no: StepId(6),
                days: 3,
            },
            Step::HangUp {
                play: vec![PromptId(3)],
                served: None,
            },
        ];
        assert_eq!(dialplan.steps, expected);
    }

    #[test]
    fn who_returns_a_call_is_recognised_unless_the_file_says_for_no_days() {
        let read = |line: &str| {
            let steps = "[step.welcome]\nhang_up = true\n";
            parse(&format!("{HEAD}{line}\n{steps}"), &Known).map(|plan| plan.return_call)
        };
        assert_eq!(read(""), Ok(Some(ReturnCall::default())));
        assert_eq!(read("return_call = { days = 0 }"), Ok(None));
        let told = ReturnCall {
            days: 9,
            key: '#',
            timeout_s: 6,
        };
        let written = read("return_call = { days = 9, key = \"#\", timeout_s = 6 }");
        assert_eq!(written, Ok(Some(told)));
        let fault = read("return_call = { days = 90, key = \"A\" }").unwrap_err();
        assert!(
            fault
                .iter()
                .any(|it| it.message.contains("no key of a telephone"))
        );
    }

    #[test]
    fn a_message_can_be_the_answer_and_settle_a_need() {
        let text = format!(
            "{HEAD}calls_per_s = 20\n[step.welcome]\nplay = [\"privacy\"]\nserved = true\nthen = \"end\"\n\
             [step.end]\nhang_up = true\nserved = true\ncloses = \"disdette\"\n"
        );
        let dialplan = parse(&text, &Known).unwrap();
        assert_eq!(dialplan.calls_per_s, Some(20));
        let served = |closes| Some(Served { closes });
        let expected = [
            Step::Play {
                prompts: vec![PromptId(1)],
                then: StepId(1),
                served: served(None),
            },
            Step::HangUp {
                play: vec![],
                served: served(Some(QueueId(2))),
            },
        ];
        assert_eq!(dialplan.steps, expected);
    }

    #[test]
    fn only_a_message_that_serves_settles_a_need() {
        assert_only(
            "[step.welcome]\nhang_up = true\ncloses = \"disdette\"\n",
            "\"disdette\"",
            "`closes` needs `served = true` beside it: only an answer settles a need",
        );
    }

    #[test]
    fn a_name_that_nobody_knows_is_told_with_the_nearest_that_is_known() {
        assert_only(
            "[step.welcome]\nplay = [\"benvenuta\"]\nthen = \"end\"\n[step.end]\nhang_up = true\n",
            "\"benvenuta\"",
            "unknown prompt \"benvenuta\": did you mean \"benvenuto\"?",
        );
        assert_only(
            &format!(
                "[step.welcome]\ncalendar = \"ferie\"\nopen = \"end\"\nclosed = \"end\"\n{END}"
            ),
            "\"ferie\"",
            "unknown calendar \"ferie\": expected one of orario",
        );
        assert_only(
            &format!("[step.welcome]\nplay = [\"privacy\"]\nthen = \"ende\"\n{END}"),
            "\"ende\"",
            "unknown step \"ende\": did you mean \"end\"?",
        );
        assert_only(
            "[step.welcome]\ncallback = { queue = \"disdetta\" }\n",
            "\"disdetta\"",
            "unknown queue \"disdetta\": did you mean \"disdette\"?",
        );
    }

    #[test]
    fn a_step_does_one_thing() {
        assert_only(
            &format!("[step.welcome]\nmenu = \"scelta\"\nqueue = \"disdette\"\n{END}"),
            "queue",
            "a step does one thing, not `menu` and `queue`: expected one of `play`, `calendar`, `menu`, `queue`, `callback`, `verify`, `opt_out`, `emergency`, `hang_up`",
        );
        assert_only(
            "[step.welcome]\n",
            "welcome",
            "a step that does nothing: expected one of `play`, `calendar`, `menu`, `queue`, `callback`, `verify`, `opt_out`, `emergency`, `hang_up`",
        );
        assert_only(
            &format!("[step.welcome]\nplay = [\"chiuso\"]\nhang_up = false\n{END}"),
            "false",
            "`hang_up = false` means nothing: expected `true`, or `then` with a step",
        );
    }

    #[test]
    fn an_unknown_key_is_told() {
        assert_only(
            "[step.welcome]\nhang_up = true\nthen = \"welcome\"\n",
            "then",
            "unknown key \"then\": expected one of closes, hang_up, play, served",
        );
        assert_only(
            &format!(
                "[step.welcome]\nqueue = \"disdette\"\non_timeout = \"end\"\nannounce = {{ positon = true }}\n{END}"
            ),
            "positon",
            "unknown key \"positon\": did you mean \"position\"?",
        );
    }

    #[test]
    fn keys_are_those_of_a_telephone() {
        let menu = |keys: &str| {
            format!("[step.welcome]\nmenu = \"scelta\"\nkeys = {keys}\notherwise = \"end\"\n{END}")
        };
        for key in ["a", "12", "\"\"", "\"٣\""] {
            let told = faults(&menu(&format!("{{ {key} = \"end\" }}")));
            assert_eq!(told.len(), 1, "{told:?}");
            assert_eq!(told[0].0, key);
            assert!(
                told[0]
                    .1
                    .ends_with("is no key of a telephone: expected one of 0123456789*#")
            );
        }
        assert_only(
            &menu("{}"),
            "{}",
            "a menu without keys: expected at least one",
        );
        assert_only(
            &format!("[step.welcome]\nmenu = \"scelta\"\notherwise = \"end\"\n{END}"),
            "welcome",
            "missing `keys`: expected the steps that keys lead to, like { 1 = \"book\" }",
        );
    }

    #[test]
    fn no_pause_is_zero() {
        let told = faults(
            "[step.welcome]\nmenu = \"scelta\"\nkeys = { 1 = \"wait\" }\ntimeout_s = 0\ntries = 0\notherwise = \"wait\"\n\
             [step.wait]\nqueue = \"disdette\"\non_timeout = \"end\"\nmax_wait_s = 0\n\
             announce = { every_s = 0 }\noffer_callback = { after_s = 0, key = \"1\" }\n[step.end]\nhang_up = true\n",
        );
        let keys: Vec<&str> = told
            .iter()
            .map(|(_, message)| message.split('`').nth(1).unwrap())
            .collect();
        assert_eq!(
            keys,
            ["timeout_s", "tries", "max_wait_s", "every_s", "after_s"],
            "{told:?}"
        );
    }

    #[test]
    fn a_callback_offered_after_the_longest_wait_is_told() {
        assert_only(
            &format!(
                "[step.welcome]\nqueue = \"disdette\"\non_timeout = \"end\"\nmax_wait_s = 60\noffer_callback = {{ after_s = 60, key = \"1\" }}\n{END}"
            ),
            "{ after_s = 60, key = \"1\" }",
            "a callback offered after 60 s is never offered: the wait ends after 60 s",
        );
    }

    #[test]
    fn a_step_that_nobody_reaches_is_told() {
        assert_only(
            &format!("[step.welcome]\nhang_up = true\n{END}"),
            "end",
            "step \"end\" is never reached from the start",
        );
    }

    #[test]
    fn a_loop_that_nobody_leaves_is_told_once() {
        assert_only(
            &format!(
                "[step.welcome]\nplay = [\"benvenuto\"]\nthen = \"hours\"\n[step.hours]\ncalendar = \"orario\"\nopen = \"end\"\nclosed = \"welcome\"\n{END}"
            ),
            "welcome",
            "a loop without exit: welcome → hours → welcome",
        );
        assert_only(
            "[step.welcome]\ncalendar = \"orario\"\nopen = \"welcome\"\nclosed = \"welcome\"\n",
            "welcome",
            "a loop without exit: welcome → welcome",
        );
        assert_only(
            &format!(
                "[step.welcome]\nmenu = \"scelta\"\nkeys = {{ 1 = \"end\" }}\notherwise = \"welcome\"\n{END}"
            ),
            "welcome",
            "a caller who presses no key never leaves welcome → welcome: expected `otherwise` to lead out",
        );
    }

    #[test]
    fn a_caller_may_press_or_wait_their_way_round() {
        let text = format!(
            "{HEAD}[step.welcome]\nmenu = \"scelta\"\nkeys = {{ 1 = \"again\" }}\notherwise = \"wait\"\n\
             [step.again]\nplay = [\"privacy\"]\nthen = \"welcome\"\n\
             [step.wait]\nqueue = \"disdette\"\non_timeout = \"again\"\n"
        );
        assert!(parse(&text, &Known).is_ok());
    }

    #[test]
    fn the_head_is_checked_whole() {
        let told = faults_of(
            "numbers = [\"0861000000\", \"+39 0861\", \"+390861000000\", \"+390861000000\"]\n\
             start = \"welcom\"\nmissed_queue = \"\"\n[step.welcome]\nhang_up = true\n",
        );
        let places: Vec<&str> = told.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(
            places,
            [
                "",
                "\"0861000000\"",
                "\"+39 0861\"",
                "\"+390861000000\"",
                "\"welcom\"",
                "\"\""
            ]
        );
        assert_eq!(
            told[0].1,
            "missing `tenant`: expected the short name of a tenant"
        );
        assert_eq!(told[3].1, "number +390861000000 is here twice");
        assert_eq!(
            told[4].1,
            "unknown step \"welcom\": did you mean \"welcome\"?"
        );
        assert_eq!(
            faults_of("").len(),
            5,
            "tenant, numbers, start, missed_queue, step"
        );
    }

    #[test]
    fn one_wrong_character_anywhere_never_panics() {
        for at in 0..WHOLE.len() {
            for replaced in ["\"", "[", "0", "\n", "è", ""] {
                let text = format!("{}{replaced}{}", &WHOLE[..at], &WHOLE[at + 1..]);
                if let Err(faults) = parse(&text, &Known) {
                    assert!(!faults.is_empty());
                    assert!(
                        faults
                            .iter()
                            .all(|fault| text.get(fault.at.clone()).is_some()),
                        "{text}"
                    );
                }
            }
        }
    }
}
