//! The delivered dialplans, walked by callers of each health authority: which queue they end in,
//! or are owed a call by, whatever they press and whenever they call.

use std::sync::Arc;

use cuptel_core::Centre;
use cuptel_core::id::{LegId, TrunkId};
use cuptel_core::number::Caller;
use cuptel_core::record::{AttemptRow, NeedRow, Record};
use cuptel_core::rules::Rules;
use cuptel_core::step::{Arrival, Effect, Input, Step};
use cuptel_core::time::Now;
use cuptel_core::words::{Outcome, Party};

use super::super::rules::Ids as _;
use super::*;

const HOUR_MS: i64 = 3_600_000;
/// Wednesday 7 October 2026, half past ten in Rome: private visits are arranged in L'Aquila.
const MORNING_MS: i64 = 1_791_361_800_000;
/// Three in the afternoon: they are arranged in Chieti.
const AFTERNOON_MS: i64 = MORNING_MS + 9 * HOUR_MS / 2;
/// The Sunday after: closed, except where the line is open at any hour.
const SUNDAY_MS: i64 = MORNING_MS + 4 * 24 * HOUR_MS;
const LEG: LegId = LegId(1);

/// One caller and the centre that they call.
struct Call {
    centre: Centre,
    now: Now,
    said: Option<(u64, Vec<PromptId>)>,
    attempt: Option<AttemptRow>,
    need: Option<NeedRow>,
}

impl Call {
    /// Calls a line and is answered.
    fn answered(rules: &Arc<Rules>, line: &str, utc_ms: i64) -> Self {
        let mut call = Self {
            centre: Centre::new(rules.clone(), 1),
            now: Now { mono_us: 0, utc_ms },
            said: None,
            attempt: None,
            need: None,
        };
        let user = "+390861555555";
        call.tell(Input::Arrived(Box::new(Arrival {
            leg: LEG,
            trunk: Some(TrunkId(1)),
            seat: None,
            called: line.to_owned(),
            caller: Caller::from_user_part(user),
            raw: user.to_owned(),
            sip_call_id: "walk".to_owned(),
            unacceptable: None,
            media: Ok(()),
        })));
        call.tell(Input::Answered { leg: LEG });
        call
    }

    fn tell(&mut self, input: Input) {
        let mut step = Step::default();
        self.centre.handle(self.now, input, &mut step);
        for record in step.records {
            if let Record::Attempt(row) = record {
                self.attempt = Some(*row);
            } else if let Record::Need(row) = record {
                self.need = Some(row);
            }
        }
        for effect in step.effects {
            if let Effect::Play { token, prompts, .. } = effect {
                self.said = Some((token, prompts));
            }
        }
    }

    fn heard(&mut self) {
        let (token, _) = self.said.clone().expect("something is said");
        self.tell(Input::PlayEnded { leg: LEG, token });
    }

    /// Listens until this is said, or until nothing more comes.
    fn hears(&mut self, prompt: PromptId) -> bool {
        for _ in 0..8 {
            if self
                .said
                .as_ref()
                .is_some_and(|(_, said)| said.contains(&prompt))
            {
                return true;
            }
            self.heard();
        }
        false
    }

    fn waits_s(&mut self, s: u32) {
        self.now = Now {
            mono_us: self.now.in_s(s),
            utc_ms: self.now.utc_in_s(s),
        };
        self.tell(Input::Tick);
    }

    /// Hangs up; the outcome, and who owes a call.
    fn ends(mut self) -> (Option<Outcome>, Option<QueueId>) {
        self.tell(Input::Ended {
            leg: LEG,
            by: Party::Caller,
        });
        let attempt = self.attempt.expect("a row");
        (attempt.outcome, self.need.expect("a debt").queue)
    }
}

/// What a caller does before the menu.
#[derive(Debug, Clone, Copy)]
enum Does {
    Presses(char),
    Nothing,
    WrongKeys,
}

struct Delivered {
    rules: Arc<Rules>,
    ids: ProvisionalIds,
    menu: PromptId,
}

impl Delivered {
    fn load() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/cuptel.toml");
        let config = load(&file).expect("the delivered configuration is right");
        let ids = ProvisionalIds::new(&config);
        let menu = config.library.find("scelta").expect("the menu's prompt");
        Self {
            rules: Arc::new(config.rules(&ids)),
            ids,
            menu,
        }
    }

    fn line_of(&self, tenant: &str) -> String {
        let ours = |plan: &&cuptel_core::rules::Tenant| plan.name == tenant;
        let found = self.rules.tenants.values().find(ours).expect("a tenant");
        found.dialplan.numbers[0].reveal().to_owned()
    }

    fn call(&self, tenant: &str, does: Does, utc_ms: i64) -> (Option<Outcome>, Option<QueueId>) {
        let mut call = Call::answered(&self.rules, &self.line_of(tenant), utc_ms);
        assert!(call.hears(self.menu), "{tenant} has a menu");
        match does {
            Does::Presses(key) => call.tell(Input::Digit {
                leg: LEG,
                digit: key,
            }),
            Does::Nothing => {
                for _ in 0..2 {
                    call.heard();
                    call.waits_s(6);
                }
            }
            Does::WrongKeys => {
                for _ in 0..2 {
                    call.tell(Input::Digit {
                        leg: LEG,
                        digit: '7',
                    });
                }
            }
        }
        call.ends()
    }
}

const TENANTS: [&str; 4] = ["asl-teramo", "asl-pescara", "asl-chieti", "asl-laquila"];

#[test]
fn every_key_of_every_authority_leads_to_its_queue() {
    let delivered = Delivered::load();
    for tenant in TENANTS {
        for utc_ms in [MORNING_MS, AFTERNOON_MS] {
            let are_private_shut = (tenant == "asl-chieti" && utc_ms == MORNING_MS)
                || (tenant == "asl-laquila" && utc_ms == AFTERNOON_MS);
            let private = if are_private_shut {
                Outcome::OutOfHours
            } else {
                Outcome::AbandonedQueue
            };
            for (does, queue, outcome) in [
                (Does::Presses('1'), "prenotazioni", Outcome::AbandonedQueue),
                (Does::Presses('2'), "disdette", Outcome::AbandonedQueue),
                (Does::Presses('3'), "intramoenia", private),
                (
                    Does::Presses('9'),
                    "prenotazioni",
                    Outcome::CallbackRequested,
                ),
                (Does::Nothing, "prenotazioni", Outcome::AbandonedQueue),
                (Does::WrongKeys, "prenotazioni", Outcome::AbandonedQueue),
            ] {
                let wanted = delivered.ids.queue(tenant, queue);
                assert_eq!(
                    delivered.call(tenant, does, utc_ms),
                    (Some(outcome), Some(wanted)),
                    "{tenant}, {does:?}, at {utc_ms}"
                );
            }
        }
    }
}

#[test]
fn out_of_hours_each_authority_says_so_and_owes_a_call_that_names_no_queue() {
    let delivered = Delivered::load();
    for tenant in TENANTS {
        let line = delivered.line_of(tenant);
        let mut call = Call::answered(&delivered.rules, &line, SUNDAY_MS);
        // As delivered this line is open at any hour.
        let is_open = tenant == "asl-teramo";
        assert_eq!(call.hears(delivered.menu), is_open, "{tenant}");
        if !is_open {
            let attempt = call.attempt.expect("a row");
            assert_eq!(attempt.outcome, Some(Outcome::OutOfHours), "{tenant}");
            assert_eq!(call.need.expect("a debt").queue, None, "{tenant}");
        }
    }
}

#[test]
fn who_hears_that_private_visits_are_shut_to_the_end_is_called_back_by_them() {
    let delivered = Delivered::load();
    for (tenant, utc_ms) in [("asl-chieti", MORNING_MS), ("asl-laquila", AFTERNOON_MS)] {
        let line = delivered.line_of(tenant);
        let mut call = Call::answered(&delivered.rules, &line, utc_ms);
        assert!(call.hears(delivered.menu));
        call.tell(Input::Digit {
            leg: LEG,
            digit: '3',
        });
        call.heard();
        // Their number is read back.
        call.tell(Input::Digit {
            leg: LEG,
            digit: '1',
        });
        let (outcome, queue) = call.ends();
        assert_eq!(outcome, Some(Outcome::CallbackRequested));
        assert_eq!(queue, Some(delivered.ids.queue(tenant, "intramoenia")));
    }
}
