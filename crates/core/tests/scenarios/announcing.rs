//! The message of an emergency, spoken by the phone of a seat: nothing changes until they say so.

use cuptel_core::announcement::Spoken;
use cuptel_core::id::{LegId, SeatId, TenantId};
use cuptel_core::record::AnnouncementRow;
use cuptel_core::rules::{AnnouncingPolicy, AnnouncingPrompts, PinRule, PromptId, Rules};
use cuptel_core::step::{AfterPlay, Command, CommandError, Effect, Input};
use cuptel_core::stop_button::{ButtonTold, Pressed};
use cuptel_core::words::{Button, Outcome, Stage, Suppression};

use crate::room::{MARIO, Room};

const CODE: &str = "*77";
const PIN: PromptId = PromptId(700);
const WRONG: PromptId = PromptId(701);
const TENANT: PromptId = PromptId(702);
const STANDING: PromptId = PromptId(703);
const SPEAK: PromptId = PromptId(704);
const SILENT: PromptId = PromptId(705);
const REVIEW: PromptId = PromptId(706);
const IN_FORCE: PromptId = PromptId(707);
const WITHDRAWN: PromptId = PromptId(708);
const UNCHANGED: PromptId = PromptId(709);

fn announcing(rules: &mut Rules) {
    let asl = rules.tenants[&TenantId(1)].clone();
    let mut other = asl;
    other.name = "other".to_owned();
    rules.tenants.insert(TenantId(2), other);
    let pin = |pin: &str, tenants: &[i64]| PinRule {
        pin: pin.to_owned(),
        tenants: tenants.iter().map(|id| TenantId(*id)).collect(),
    };
    rules.announcing = Some(AnnouncingPolicy {
        code: CODE.to_owned(),
        seconds_max: 60,
        pins: vec![pin("123456", &[1]), pin("567890", &[2, 1])],
        prompts: AnnouncingPrompts {
            pin: PIN,
            wrong: WRONG,
            tenant: TENANT,
            standing: STANDING,
            speak: SPEAK,
            silent: SILENT,
            review: REVIEW,
            in_force: IN_FORCE,
            withdrawn: WITHDRAWN,
            unchanged: UNCHANGED,
        },
    });
}

fn room() -> Room {
    Room::with(announcing)
}

fn says(room: &Room, leg: LegId) -> Vec<PromptId> {
    room.said_to(leg).expect("something is said")
}

/// Somebody at seat 1 dials the code.
fn dials(room: &mut Room) -> LegId {
    let leg = room.seat_dials(1, CODE);
    room.tell(Input::Answered { leg });
    leg
}

fn keys(room: &mut Room, leg: LegId, digits: &str) {
    for digit in digits.chars() {
        room.presses(leg, digit);
    }
}

/// The last sound that was to be recorded, and under which token.
fn recording(room: &Room) -> (u64, PromptId) {
    room.last_done(|effect| {
        let Effect::Record { token, sound, .. } = effect else {
            return None;
        };
        Some((*token, *sound))
    })
    .expect("somebody speaks")
}

fn speaks(room: &mut Room, leg: LegId, voiced_ms: u32) -> PromptId {
    room.heard(leg);
    let (token, sound) = recording(room);
    room.tell(Input::Recorded {
        leg,
        token,
        duration_ms: 4_200,
        voiced_ms,
    });
    sound
}

/// As far as the question whether it is to be put in force.
fn spoken(room: &mut Room) -> (LegId, PromptId) {
    let leg = dials(room);
    assert_eq!(says(room, leg), [PIN]);
    keys(room, leg, "123456#");
    assert_eq!(says(room, leg), [SPEAK]);
    let sound = speaks(room, leg, 3_000);
    assert_eq!(says(room, leg), [sound, REVIEW]);
    (leg, sound)
}

fn in_force(room: &Room) -> Vec<AnnouncementRow> {
    room.announcements()
}

fn forgotten(room: &Room, wanted: PromptId) -> bool {
    room.was_done(|effect| matches!(effect, Effect::Forget { sound } if *sound == wanted))
}

#[test]
fn what_a_seat_has_spoken_is_heard_by_callers_and_survives_a_restart() {
    let mut room = room();
    let (leg, sound) = spoken(&mut room);
    assert!(room.stops().is_empty(), "nothing before the word");
    room.presses(leg, '1');
    assert_eq!(says(&room, leg), [IN_FORCE]);
    room.heard(leg);
    assert!(room.was_hung_up(leg));
    let row = room.attempt(0).clone();
    assert_eq!(row.suppressed, Some(Suppression::Internal));
    assert_eq!((row.tenant, row.callback), (None, None));
    let why = "an emergency message was put in force";
    assert_eq!(row.reason.as_deref(), Some(why));
    let rows = in_force(&room);
    assert_eq!((rows[0].sound, rows[0].seat), (sound, Some(SeatId(1))));
    for _ in 0..2 {
        let stop = room.stops().remove(0);
        assert_eq!(stop.button, Button::Emergency);
        let told = stop.announcement.expect("it was spoken");
        assert_eq!((told.seconds, told.seat.as_deref()), (5, Some("101")));
        let mario = room.calls(MARIO);
        assert_eq!(says(&room, mario), [sound]);
        room.heard(mario);
        assert_eq!(room.callbacks().len(), 1, "owed as by the chosen message");
        room.restarts();
    }
    let outcomes: Vec<_> = (1..3).map(|nth| room.outcome(nth)).collect();
    assert_eq!(outcomes, [Some(Outcome::Withdrawn); 2]);
}

#[test]
fn whoever_hangs_up_or_throws_it_away_changes_nothing() {
    for key in [None, Some('3'), Some('-')] {
        let mut room = room();
        let (leg, sound) = spoken(&mut room);
        match key {
            Some('-') => {
                room.heard(leg);
                room.wait_s(16);
                assert_eq!(says(&room, leg), [UNCHANGED], "no key");
                room.heard(leg);
            }
            Some(key) => {
                room.presses(leg, key);
                assert_eq!(says(&room, leg), [UNCHANGED]);
                room.heard(leg);
            }
            None => room.hangs_up(leg),
        }
        assert!(forgotten(&room, sound));
        assert!(room.stops().is_empty() && in_force(&room).is_empty());
        assert_eq!(room.attempt(0).stage, Stage::Ended);
        let mario = room.calls(MARIO);
        assert_ne!(says(&room, mario), [sound]);
    }
}

#[test]
fn a_crash_half_way_leaves_the_message_that_was_in_force() {
    let mut room = room();
    let (leg, first) = spoken(&mut room);
    room.presses(leg, '1');
    room.hangs_up(leg);
    let leg = dials(&mut room);
    keys(&mut room, leg, "123456#");
    assert_eq!(says(&room, leg), [STANDING]);
    room.presses(leg, '1');
    let second = speaks(&mut room, leg, 3_000);
    assert_ne!(second, first);
    room.restarts();
    let mario = room.calls(MARIO);
    assert_eq!(says(&room, mario), [first]);
    assert_eq!(room.attempt(1).outcome, Some(Outcome::Interrupted));
    assert_eq!(room.attempt(1).suppressed, Some(Suppression::Internal));
}

#[test]
fn a_second_message_takes_the_place_of_the_first_which_is_erased() {
    let mut room = room();
    let (leg, first) = spoken(&mut room);
    room.presses(leg, '1');
    room.hangs_up(leg);
    let leg = dials(&mut room);
    keys(&mut room, leg, "123456#1");
    let rejected = speaks(&mut room, leg, 3_000);
    room.presses(leg, '2');
    assert!(forgotten(&room, rejected));
    let second = speaks(&mut room, leg, 3_000);
    room.presses(leg, '1');
    assert!(forgotten(&room, first) && !forgotten(&room, second));
    let rows = in_force(&room);
    assert_eq!(
        rows.iter().map(|row| row.sound).collect::<Vec<_>>(),
        [second]
    );
    assert_eq!(room.stops().len(), 1);
}

#[test]
fn it_is_withdrawn_by_phone_or_by_command_and_erased() {
    for by_phone in [true, false] {
        let mut room = room();
        let (leg, sound) = spoken(&mut room);
        room.presses(leg, '1');
        room.hangs_up(leg);
        if by_phone {
            let leg = dials(&mut room);
            keys(&mut room, leg, "123456#9");
            assert_eq!(says(&room, leg), [WITHDRAWN]);
        } else {
            let told = emergency(Some("asl"));
            let supervisor = None;
            let released = Command::ReleaseStop { told, supervisor };
            room.commands(released).unwrap();
        }
        assert!(forgotten(&room, sound) && in_force(&room).is_empty());
        assert!(room.stops().is_empty());
    }
}

#[test]
fn a_silent_message_is_refused_in_words_and_at_last_thrown_away() {
    let mut room = room();
    let leg = dials(&mut room);
    keys(&mut room, leg, "123456#");
    for _ in 0..2 {
        let sound = speaks(&mut room, leg, 100);
        assert_eq!(says(&room, leg), [SILENT, SPEAK]);
        assert!(forgotten(&room, sound));
    }
    speaks(&mut room, leg, 100);
    assert_eq!(says(&room, leg), [UNCHANGED]);
    room.heard(leg);
    assert!(room.was_hung_up(leg));
}

#[test]
fn wrong_pins_hold_the_phone_back_ever_longer() {
    let mut room = room();
    let mut held_s = 60;
    for _ in 0..3 {
        let leg = dials(&mut room);
        for _ in 0..2 {
            keys(&mut room, leg, "000000#");
            assert_eq!(says(&room, leg), [WRONG, PIN]);
        }
        keys(&mut room, leg, "000000#");
        assert_eq!(says(&room, leg), [WRONG]);
        room.heard(leg);
        assert!(room.was_hung_up(leg));
        let early = room.seat_dials(1, CODE);
        assert!(refused(&room, early), "held back");
        let elsewhere = room.seat_dials(2, CODE);
        assert!(!refused(&room, elsewhere), "another phone is not");
        room.hangs_up(elsewhere);
        room.wait_s(held_s);
        held_s *= 2;
    }
    assert_eq!(room.attempt(0).reason.as_deref(), Some("wrong PIN"));
    let shown = format!("{:?}", room.rules().announcing);
    assert!(!shown.contains("123456"), "{shown}");
}

#[test]
fn two_wrong_pins_and_hanging_up_count_like_three_in_one_call() {
    let mut room = room();
    for held in [false, true] {
        let leg = dials(&mut room);
        keys(&mut room, leg, "000000#");
        if !held {
            keys(&mut room, leg, "000001#");
            assert_eq!(says(&room, leg), [WRONG, PIN]);
        }
        room.hangs_up(leg);
        let again = room.seat_dials(1, CODE);
        assert_eq!(refused(&room, again), held);
        room.hangs_up(again);
    }
    room.wait_s(60);
    let leg = dials(&mut room);
    keys(&mut room, leg, "000002#000003#");
    assert_eq!(says(&room, leg), [WRONG, PIN]);
    keys(&mut room, leg, "000004#");
    assert_eq!(
        says(&room, leg),
        [WRONG],
        "the third since, and held for longer"
    );
    room.hangs_up(leg);
    room.wait_s(61);
    let early = room.seat_dials(1, CODE);
    assert!(refused(&room, early));
}

#[test]
fn a_right_pin_takes_no_wrong_one_back_and_a_day_does() {
    for (rest_s, held) in [(0, true), (86_400, false)] {
        let mut room = room();
        for _ in 0..2 {
            let leg = dials(&mut room);
            keys(&mut room, leg, "000000#");
            keys(&mut room, leg, "123456#");
            assert_eq!(says(&room, leg), [SPEAK]);
            room.hangs_up(leg);
        }
        room.wait_s(rest_s);
        room.registers(1);
        let leg = dials(&mut room);
        keys(&mut room, leg, "000000#");
        room.hangs_up(leg);
        let again = room.seat_dials(1, CODE);
        assert_eq!(refused(&room, again), held);
    }
}

#[test]
fn a_second_call_of_a_phone_that_is_held_back_is_not_told_whether_a_pin_is_right() {
    let mut room = room();
    let (leg, other) = (dials(&mut room), dials(&mut room));
    keys(&mut room, leg, "000000#000000#000000#");
    keys(&mut room, other, "123456#");
    assert_eq!(says(&room, other), [WRONG]);
}

fn refused(room: &Room, leg: LegId) -> bool {
    room.was_done(
        |effect| matches!(effect, Effect::Refuse { leg: of, status: 403, .. } if *of == leg),
    )
}

#[test]
fn a_pin_for_several_authorities_asks_for_which() {
    let mut room = room();
    let leg = dials(&mut room);
    keys(&mut room, leg, "567890#");
    assert_eq!(says(&room, leg), [TENANT]);
    room.presses(leg, '3');
    assert_eq!(says(&room, leg), [TENANT], "there are two");
    room.presses(leg, '1');
    let sound = speaks(&mut room, leg, 3_000);
    room.presses(leg, '1');
    assert_eq!(room.stops()[0].tenant.as_deref(), Some("other"));
    let mario = room.calls(MARIO);
    assert_ne!(says(&room, mario), [sound], "his authority has none");
}

#[test]
fn a_hash_told_by_info_ends_the_recording_and_no_key_ends_the_call() {
    let mut room = room();
    let leg = dials(&mut room);
    room.wait_s(60);
    assert_eq!(says(&room, leg), [PIN], "it is not over yet");
    room.heard(leg);
    room.wait_s(16);
    assert_eq!(says(&room, leg), [UNCHANGED]);
    room.hangs_up(leg);
    let leg = dials(&mut room);
    keys(&mut room, leg, "123456#");
    let beeps = |effect: &Effect| {
        matches!(
            effect,
            Effect::Play {
                then: AfterPlay::Beep,
                ..
            }
        )
    };
    assert_eq!(room.count(beeps), 1);
    room.heard(leg);
    room.presses(leg, '5');
    room.presses(leg, '#');
    let stops = |effect: &Effect| matches!(effect, Effect::StopRecording { .. });
    assert_eq!(room.count(stops), 1);
}

#[test]
fn nobody_rings_at_a_seat_where_somebody_speaks() {
    let mut room = room();
    room.staffed(1);
    let leg = dials(&mut room);
    let waits = room.waits(MARIO, '1');
    assert_eq!(room.offered(), None);
    room.hangs_up(leg);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    room.hangs_up(waits);
}

#[test]
fn only_a_seat_that_dials_the_code_is_asked_and_only_where_it_is_set_up() {
    let mut room = room();
    let from_outside = room.rings("*77");
    room.tell(Input::Answered { leg: from_outside });
    assert_ne!(room.said_to(from_outside), Some(vec![PIN]));
    let other = room.seat_dials(1, "*78");
    assert_eq!(room.outcome(1), Some(Outcome::Failed));
    assert_eq!(room.said_to(other), None);
    let mut without = Room::new();
    let leg = without.seat_dials(1, CODE);
    assert_eq!(without.said_to(leg), None);
    assert_eq!(without.outcome(0), Some(Outcome::Failed));
}

#[test]
fn a_file_is_put_in_force_by_command_and_only_for_an_emergency() {
    let mut room = room();
    let press = |told, message: Option<&str>, duration_ms| Command::PressStop {
        told,
        pressed: Box::new(Pressed {
            message: message.map(str::to_owned),
            spoken: Some(Spoken {
                sound: None,
                duration_ms,
                seat: None,
            }),
            ..Pressed::default()
        }),
    };
    let too_long = room.commands(press(emergency(None), None, 60_001));
    assert_eq!(too_long, Err(CommandError::TooLong(60)));
    let twice = room.commands(press(emergency(None), Some("6"), 1_000));
    assert_eq!(twice, Err(CommandError::MessageTwice));
    let outgoing = ButtonTold {
        button: Button::Outgoing,
        ..emergency(None)
    };
    let refused = room.commands(press(outgoing, None, 1_000));
    assert_eq!(refused, Err(CommandError::NotSpoken));
    room.commands(press(emergency(None), None, 1_000)).unwrap();
    let sound = in_force(&room)[0].sound;
    let mario = room.calls(MARIO);
    assert_eq!(says(&room, mario), [sound]);
}

#[test]
fn pressing_again_takes_the_spoken_message_from_nobody_unless_another_is_named() {
    let mut room = room();
    let (leg, sound) = spoken(&mut room);
    room.presses(leg, '1');
    room.hangs_up(leg);
    let presses = |room: &mut Room, pressed: Pressed| {
        let told = emergency(Some("asl"));
        let pressed = Box::new(pressed);
        room.commands(Command::PressStop { told, pressed }).unwrap();
        room.stops().remove(0)
    };
    let said = |text: &str| Some(text.to_owned());
    let why = Pressed {
        supervisor: said("capo"),
        reason: said("neve"),
        ..Pressed::default()
    };
    presses(&mut room, why);
    let ends_ms = Some(room.now_ms() + 60_000);
    let until = Pressed {
        ends_ms,
        ..Pressed::default()
    };
    let stop = presses(&mut room, until);
    assert_eq!(stop.until_ms, ends_ms);
    assert_eq!((stop.supervisor, stop.reason), (said("capo"), said("neve")));
    assert!(stop.announcement.is_some() && !forgotten(&room, sound));
    room.restarts();
    let mario = room.calls(MARIO);
    assert_eq!(says(&room, mario), [sound]);

    let named = Pressed {
        message: said("6"),
        ..Pressed::default()
    };
    let stop = presses(&mut room, named);
    assert_eq!((stop.message, stop.announcement), (said("6"), None));
    assert!(forgotten(&room, sound) && in_force(&room).is_empty());
    let stop = presses(&mut room, Pressed::default());
    assert_eq!(stop.message, said("6"));
}

fn emergency(tenant: Option<&str>) -> ButtonTold {
    ButtonTold {
        button: Button::Emergency,
        tenant: tenant.map(str::to_owned),
        queue: None,
    }
}

#[test]
fn a_call_that_makes_a_message_ends_however_often_they_speak_anew() {
    let mut room = room();
    room.staffed(1);
    let (leg, _) = spoken(&mut room);
    for _ in 0..90 {
        room.wait_s(10);
        if room.was_hung_up(leg) {
            break;
        }
        keys(&mut room, leg, "2");
        speaks(&mut room, leg, 3_000);
    }
    assert!(room.was_hung_up(leg));
    let forgotten = room.count(|it| matches!(it, Effect::Forget { .. }));
    let recorded = room.count(|it| matches!(it, Effect::Record { .. }));
    assert_eq!(forgotten, recorded, "nothing of it is left");
    assert!(in_force(&room).is_empty());
    room.waits(MARIO, '1');
    assert!(room.offered().is_some(), "the seat is free again");
}
