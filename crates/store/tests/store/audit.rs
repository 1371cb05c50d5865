//! The audit: silent on a sound database, and every rule speaks when it is broken.

use std::collections::BTreeSet;

use cuptel_store::{Audit, Violation, audit_rules};

use crate::home::{Home, on_every_database};
use crate::rows::{NOW, commit_day};

on_every_database!(
    a_sound_day_has_no_violations_and_true_sums,
    an_empty_database_is_sound,
    every_rule_has_its_damage,
    every_rule_speaks_when_it_is_broken,
    offenders_are_all_counted_and_the_first_hundred_named,
    a_lease_that_ended_within_the_minute_is_no_fault,
    what_a_start_has_not_ended_yet_is_no_fault_before_its_first_step,
    dials_of_one_number_one_after_the_other_are_no_fault,
);

async fn an_empty_database_is_sound(home: &Home) {
    let audit = home.serve().await.audit(NOW).await.unwrap();
    assert!(audit.ok(), "{:?}", audit.violations);
    assert_eq!(audit.sums, cuptel_store::Sums::default());
}

async fn a_sound_day_has_no_violations_and_true_sums(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let Audit { sums, violations } = store.audit(NOW).await.unwrap();
    assert_eq!(violations, []);
    assert_eq!((sums.attempts, sums.ended, sums.open), (6, 4, 2));
    assert_eq!((sums.served, sums.with_callback), (1, 2));
    assert_eq!(
        sums.suppressed.into_iter().collect::<Vec<_>>(),
        [("anonymous".to_owned(), 1)]
    );
    assert_eq!((sums.callbacks_open, sums.callbacks_closed), (2, 1));
    assert_eq!((sums.dials, sums.dials_in_flight), (2, 1));
    assert_eq!(
        (sums.offers_open, sums.assignments_open, sums.epoch),
        (1, 2, 1)
    );
}

/// Breaks one thing: the rule that must speak, the rows it must name, and the statements.
/// `also` lists rules that the same damage breaks of necessity.
struct Damage {
    rule: &'static str,
    promise: &'static str,
    rows: &'static [i64],
    also: &'static [&'static str],
    statements: &'static str,
}

const fn damage(
    rule: &'static str,
    promise: &'static str,
    rows: &'static [i64],
    statements: &'static str,
) -> Damage {
    Damage {
        rule,
        promise,
        rows,
        also: &[],
        statements,
    }
}

/// A campaign, people on its list, and a need that is open.
macro_rules! campaign {
    ($state:literal: $($rest:literal)*) => {
        concat!(
            "INSERT INTO campaign (shard, id, seq, tenant, queue, name, pace, state, created_ms,
                started_ms, since_ms, entries, left_out)
            VALUES (0, 111, 1, 1, 1, 'agenda', 5, '", $state, "', 1, 1, 1, 1, 0);
            INSERT INTO callback_need
                SELECT shard, 39, seq, callback, queue, 'recall', opened_ms, NULL, another_person
                FROM callback_need WHERE id = 31; ",
            $($rest),*
        )
    };
}

macro_rules! entry {
    ($values:literal) => {
        concat!(
            "INSERT INTO campaign_entry (shard, id, seq, campaign, number, line, from_ms, state,
                callback, need, released_ms, settled_ms) VALUES (0, ",
            $values,
            ");"
        )
    };
}
const P5: &[Damage] = &[
    damage(
        "side_call_half_ended",
        "P5",
        &[142],
        "UPDATE side_call SET result = 'busy' WHERE id = 142",
    ),
    damage(
        "bulk_miscounted",
        "P5",
        &[91],
        "UPDATE bulk SET touched = 2 WHERE id = 91",
    ),
    damage(
        "decline_left_open",
        "P5",
        &[132],
        "UPDATE callback_decline SET settled_ms = NULL WHERE id = 132",
    ),
    damage(
        "decline_of_nothing",
        "P5",
        &[131],
        "UPDATE callback_decline SET offer = 54 WHERE id = 131",
    ),
    damage(
        "bulk_close_without_reason",
        "P5",
        &[93],
        "UPDATE need_detail SET closed_because = NULL WHERE callback = 13",
    ),
];

const P7: &[Damage] = &[
    damage(
        "side_call_names_number",
        "P7",
        &[142],
        "UPDATE side_call SET entry = '0861 123456' WHERE id = 142",
    ),
    damage(
        "announcement_kept",
        "P7",
        &[171, 172],
        "UPDATE announcement SET audio = 'AAAA' WHERE id = 172;
        UPDATE closure SET announcement = NULL WHERE id = 113",
    ),
    damage(
        "operator_pin_kept",
        "P7",
        &[2],
        "UPDATE operator_pin SET digest = '$argon2id$' WHERE id = 2",
    ),
    damage(
        "returned_by_another",
        "P7",
        &[9_001],
        "INSERT INTO callback_event (shard, id, seq, callback, at_ms, kind, attempt)
            VALUES (0, 9001, 1, 11, 5, 'returned', 22)",
    ),
    damage(
        "chosen_time_kept",
        "P7",
        &[13],
        "UPDATE chosen_time SET from_ms = 1, until_ms = 2 WHERE id = 13",
    ),
    damage(
        "code_word_kept",
        "P7",
        &[13],
        "UPDATE code_word SET code = 42 WHERE id = 13",
    ),
    Damage {
        rule: "birth_year_kept",
        promise: "P7",
        rows: &[121],
        also: &["campaign_need_without_entry"],
        statements: concat!(
            campaign!("running":),
            entry!("121, 1, 111, 1, 1, 0, 'reached', NULL, NULL, NULL, 5"),
            "UPDATE campaign_entry SET born = 1950 WHERE id = 121"
        ),
    },
    Damage {
        rule: "birth_year_kept",
        promise: "P7",
        rows: &[121],
        also: &["campaign_need_without_entry"],
        statements: concat!(
            campaign!("ended":),
            entry!("121, 1, 111, 1, 1, 0, 'waiting', NULL, NULL, NULL, NULL"),
            "UPDATE campaign_entry SET born = 1950 WHERE id = 121"
        ),
    },
];

const P1: &[Damage] = &[
    damage(
        "announcement_lost",
        "P1",
        &[113],
        "UPDATE announcement SET audio = NULL WHERE id = 171",
    ),
    damage(
        "campaign_entry_without_campaign",
        "P1",
        &[121],
        entry!("121, 1, 999, 1, 1, 0, 'waiting', NULL, NULL, NULL, NULL"),
    ),
    Damage {
        rule: "reminder_answer_lost",
        promise: "P1",
        rows: &[121],
        also: &["campaign_need_without_entry"],
        statements: concat!(
            campaign!("running":),
            entry!("121, 1, 111, 1, 1, 0, 'confirmed', NULL, NULL, NULL, 5")
        ),
    },
    Damage {
        rule: "campaign_entry_half_settled",
        promise: "P1",
        rows: &[121],
        also: &["campaign_need_without_entry"],
        statements: concat!(
            campaign!("running":),
            entry!("121, 1, 111, 1, 1, 0, 'reached', NULL, NULL, NULL, NULL")
        ),
    },
    Damage {
        rule: "campaign_entry_without_need",
        promise: "P1",
        rows: &[121],
        also: &["campaign_need_without_entry"],
        statements: concat!(
            campaign!("running":),
            entry!("121, 1, 111, 1, 1, 0, 'released', 11, 999, 1, NULL")
        ),
    },
    damage(
        "attempt_half_ended",
        "P1",
        &[25],
        "UPDATE attempt SET ended_ms = 5 WHERE id = 25",
    ),
    damage(
        "attempt_gap",
        "P1",
        &[23],
        "DELETE FROM attempt WHERE id = 22; UPDATE callback SET attempts = 0 WHERE id = 12",
    ),
    damage(
        "attempt_gap",
        "P1",
        &[26],
        "DROP INDEX attempt_arrival; UPDATE attempt SET arrival_seq = 5 WHERE id = 26",
    ),
    damage(
        "attempt_gap",
        "P1",
        &[22],
        "DELETE FROM attempt WHERE id = 21; UPDATE callback SET attempts = 0 WHERE id = 11",
    ),
    damage(
        "attempt_without_outcome",
        "P1",
        &[22],
        "UPDATE attempt SET outcome = NULL WHERE id = 22",
    ),
    damage(
        "attempt_lost",
        "P1",
        &[23],
        "UPDATE attempt SET suppressed = NULL WHERE id = 23",
    ),
    damage(
        "attempt_owed_and_suppressed",
        "P1",
        &[22],
        "UPDATE attempt SET suppressed = 'policy' WHERE id = 22",
    ),
    Damage {
        also: &["callback_attempts_miscounted"],
        ..damage(
            "attempt_callback_missing",
            "P1",
            &[22],
            "UPDATE attempt SET callback = 99 WHERE id = 22",
        )
    },
    damage(
        "attempt_callback_of_another_tenant",
        "P1",
        &[21],
        "UPDATE attempt SET tenant = 2 WHERE id = 21",
    ),
    damage(
        "attempt_callback_of_another_tenant",
        "P1",
        &[21],
        "UPDATE attempt SET tenant = NULL WHERE id = 21",
    ),
    damage(
        "callback_stuck",
        "P1",
        &[11],
        "UPDATE callback SET state = 'offered' WHERE id = 11",
    ),
    damage(
        "callback_stuck",
        "P1",
        &[11],
        "UPDATE callback SET state = 'answered_waiting' WHERE id = 11",
    ),
    damage(
        "callback_stuck",
        "P1",
        &[12],
        "UPDATE dial SET state = 'ended', ended_ms = 1700000000001, result = 'busy' WHERE id = 71",
    ),
];

const P2: &[Damage] = &[
    damage(
        "campaign_need_without_entry",
        "P2",
        &[39],
        campaign!("running":),
    ),
    damage(
        "callback_without_open_need",
        "P2",
        &[11],
        "UPDATE callback_need SET closed_ms = 5 WHERE id = 31",
    ),
    damage(
        "callback_closed_with_open_need",
        "P2",
        &[13],
        "UPDATE callback_need SET closed_ms = NULL WHERE id = 33",
    ),
    damage(
        "callback_closed_without_how",
        "P2",
        &[13],
        "UPDATE callback SET closed_how = NULL WHERE id = 13",
    ),
    damage(
        "callback_closed_without_how",
        "P2",
        &[11],
        "UPDATE callback SET closed_ms = 5 WHERE id = 11",
    ),
    damage(
        "callback_number_missing",
        "P2",
        &[11],
        "DELETE FROM number WHERE id = 1",
    ),
    damage(
        "need_without_callback",
        "P2",
        &[34],
        "UPDATE callback_need SET callback = 99 WHERE id = 34",
    ),
    damage(
        "taken_in_charge_without_deadline",
        "P2",
        &[32],
        "UPDATE callback_need SET kind = 'taken_in_charge' WHERE id = 32",
    ),
    damage(
        "need_detail_of_nothing",
        "P2",
        &[31],
        "UPDATE need_detail SET callback = 12 WHERE id = 31",
    ),
    // Two handles of one number: the unique index cannot see that they are the same.
    Damage {
        also: &["dial_of_another_number"],
        ..damage(
            "callback_open_twice",
            "P2",
            &[11, 12],
            "UPDATE number SET e164 = '+390861123456' WHERE id = 2;
            UPDATE dial SET number = 3 WHERE id = 71",
        )
    },
    damage(
        "callback_open_twice",
        "P2",
        &[11, 12],
        "DROP INDEX callback_one_open; UPDATE callback SET number = 1 WHERE id = 12;
        UPDATE dial SET number = 1 WHERE id = 71",
    ),
    Damage {
        also: &["attempt_beside_its_callback"],
        ..damage(
            "callback_attempts_miscounted",
            "P2",
            &[11],
            "UPDATE callback SET attempts = 2 WHERE id = 11",
        )
    },
    damage(
        "callback_attempts_miscounted",
        "P2",
        &[12],
        "UPDATE callback SET last_attempt = 21 WHERE id = 12",
    ),
    damage(
        "attempt_chain_broken",
        "P2",
        &[21],
        "UPDATE attempt SET prior = 21 WHERE id = 21",
    ),
    damage(
        "attempt_beside_its_callback",
        "P2",
        &[24],
        "UPDATE attempt SET callback = 12, nth = 1, suppressed = NULL WHERE id = 23",
    ),
];

const P3: &[Damage] = &[
    damage(
        "campaign_need_twice",
        "P3",
        &[121, 122],
        concat!(
            campaign!("running":),
            entry!("121, 1, 111, 1, 1, 0, 'released', 11, 39, 1, NULL"),
            entry!("122, 1, 111, 1, 1, 0, 'released', 11, 39, 1, NULL")
        ),
    ),
    Damage {
        rule: "campaign_need_left_open",
        promise: "P3",
        rows: &[121],
        also: &["campaign_need_without_entry"],
        statements: concat!(
            campaign!("running":),
            entry!("121, 1, 111, 1, 1, 0, 'reached', 11, 39, 1, 2")
        ),
    },
    damage(
        "campaign_called_too_soon",
        "P3",
        &[121],
        concat!(
            campaign!("loading":),
            entry!("121, 1, 111, 1, 1, 0, 'released', 11, 39, 1, NULL")
        ),
    ),
    damage(
        "dial_beside_another",
        "P3",
        &[73],
        "INSERT INTO dial SELECT shard, 73, seq, callback, number, seat, trunk, state,
            placed_ms + 8, answered_ms, ended_ms + 8, result, sip_status,
            who_first, pressed_ms FROM dial WHERE id = 72",
    ),
    damage(
        "dial_twice_in_flight",
        "P3",
        &[71, 73],
        "DROP INDEX dial_one_in_flight;
        INSERT INTO dial SELECT shard, 73, seq, callback, number, seat, trunk, 'unknown', placed_ms,
            answered_ms, ended_ms, result, sip_status, who_first, pressed_ms FROM dial WHERE id = 71",
    ),
    damage(
        "dial_without_callback",
        "P3",
        &[72],
        "UPDATE dial SET callback = 99 WHERE id = 72",
    ),
    damage(
        "dial_of_another_number",
        "P3",
        &[72],
        "UPDATE dial SET number = 1 WHERE id = 72",
    ),
    damage(
        "dial_joined_unasked",
        "P3",
        &[72],
        "UPDATE dial SET who_first = 'person_first' WHERE id = 72",
    ),
    damage(
        "dial_in_flight_for_idle_callback",
        "P3",
        &[71],
        "UPDATE callback SET state = 'waiting' WHERE id = 12",
    ),
    damage(
        "callback_to_marked_number",
        "P3",
        &[11],
        "UPDATE number_mark SET number = 1 WHERE id = 121",
    ),
    damage(
        "callback_to_marked_number",
        "P3",
        &[11],
        "UPDATE number_mark SET number = 1, mark = 'do_not_call' WHERE id = 122",
    ),
    damage(
        "epoch_from_the_future",
        "P3",
        &[121],
        "UPDATE number_mark SET seq = CAST(2 AS BIGINT) << 40 WHERE id = 121",
    ),
    damage(
        "dial_half_ended",
        "P3",
        &[72],
        "UPDATE dial SET result = NULL WHERE id = 72",
    ),
    damage(
        "dial_half_ended",
        "P3",
        &[71],
        "UPDATE dial SET ended_ms = 5 WHERE id = 71",
    ),
    damage(
        "epoch_from_the_future",
        "P3",
        &[2_199_023_255_553],
        "UPDATE callback_event SET id = (CAST(2 AS BIGINT) << 40) + 1 WHERE id = 41",
    ),
    damage(
        "epoch_from_the_future",
        "P3",
        &[3],
        "UPDATE seat SET seq = CAST(2 AS BIGINT) << 40 WHERE id = 3",
    ),
];

const P4: &[Damage] = &[
    damage(
        "side_call_twice",
        "P4",
        &[143, 144],
        "INSERT INTO side_call (shard, id, seq, kind, seat, operator, begun_ms)
            VALUES (0, 143, 1, 'dial', 9, 9, 1700000000000), (0, 144, 1, 'dial', 9, 9, 1700000000000)",
    ),
    damage(
        "side_call_beside_work",
        "P4",
        &[142],
        "UPDATE side_call SET kind = 'dial', callback = NULL WHERE id = 142",
    ),
    damage(
        "side_call_beside_work",
        "P4",
        &[142],
        "UPDATE side_call SET kind = 'consult', seat = 2, operator = 2, callback = 12, to_seat = 3
            WHERE id = 142",
    ),
    damage(
        "side_call_overdue",
        "P4",
        &[142],
        "UPDATE side_call SET answered_ms = NULL, begun_ms = begun_ms - 600001 WHERE id = 142",
    ),
    damage(
        "side_call_left_open",
        "P4",
        &[142],
        "UPDATE side_call SET kind = 'consult' WHERE id = 142",
    ),
    damage(
        "side_call_left_open",
        "P4",
        &[142],
        "UPDATE side_call SET kind = 'dial', callback = NULL, operator = 77, seat = 9 WHERE id = 142",
    ),
    damage(
        "side_call_left_open",
        "P4",
        &[142],
        "UPDATE side_call SET callback = 13 WHERE id = 142",
    ),
    damage(
        "operator_number_shared",
        "P4",
        &[1, 3],
        "UPDATE operator_pin SET number = '1' WHERE id = 3",
    ),
    damage(
        "left_open",
        "P4",
        &[25],
        "UPDATE attempt SET seq = 1 WHERE id = 25",
    ),
    damage(
        "left_open",
        "P4",
        &[52],
        "UPDATE offer SET seq = 1 WHERE id = 52",
    ),
    damage(
        "left_open",
        "P4",
        &[62],
        "UPDATE assignment SET seq = 1 WHERE id = 62",
    ),
    damage(
        "left_open",
        "P4",
        &[71],
        "UPDATE dial SET seq = 1 WHERE id = 71",
    ),
    damage(
        "offer_without_work",
        "P4",
        &[51],
        "UPDATE offer SET attempt = 99 WHERE id = 51",
    ),
    damage(
        "offer_without_work",
        "P4",
        &[54],
        "UPDATE offer SET callback = 99 WHERE id = 54",
    ),
    damage(
        "assignment_without_work",
        "P4",
        &[60],
        "UPDATE assignment SET attempt = 99 WHERE id = 60",
    ),
    damage(
        "offer_open_twice_at_seat",
        "P4",
        &[52, 53],
        "DROP INDEX offer_one_per_seat;
        UPDATE offer SET state = 'open', seat = 3 WHERE id = 53",
    ),
    damage(
        "offer_open_twice_for_work",
        "P4",
        &[52, 53],
        "DROP INDEX offer_one_per_attempt;
        UPDATE offer SET state = 'open', attempt = 25 WHERE id = 53",
    ),
    damage(
        "offer_lease_overdue",
        "P4",
        &[52],
        "UPDATE offer SET lease_until_ms = 1699999939999 WHERE id = 52",
    ),
    damage(
        "assignment_open_twice_at_seat",
        "P4",
        &[61, 62],
        "DROP INDEX assignment_one_per_seat; UPDATE assignment SET seat = 1 WHERE id = 62",
    ),
    damage(
        "assignment_open_twice_for_work",
        "P4",
        &[61, 62],
        "DROP INDEX assignment_one_per_attempt;
        UPDATE assignment SET attempt = 26, callback = NULL WHERE id = 62",
    ),
    damage(
        "assignment_of_ended_work",
        "P4",
        &[61],
        "UPDATE assignment SET attempt = 24 WHERE id = 61",
    ),
    Damage {
        also: &["dial_in_flight_for_idle_callback"],
        ..damage(
            "assignment_of_ended_work",
            "P4",
            &[62],
            "UPDATE callback SET state = 'closed', closed_ms = 5, closed_how = 'expired' WHERE id = 12;
            UPDATE callback_need SET closed_ms = 5 WHERE callback = 12",
        )
    },
    damage(
        "task_half_closed",
        "P4",
        &[102],
        "UPDATE task SET closed_ms = NULL WHERE id = 102",
    ),
    damage(
        "task_without_seat",
        "P4",
        &[103],
        "UPDATE task SET seat = NULL WHERE id = 103",
    ),
    damage(
        "task_without_seat",
        "P4",
        &[101],
        "UPDATE task SET seat = 3 WHERE id = 101",
    ),
    damage(
        "task_twice_at_seat",
        "P4",
        &[101, 103],
        "
        UPDATE task SET state = 'doing', seat = 9, operator = 9 WHERE id = 101",
    ),
    damage(
        "task_lease_overdue",
        "P4",
        &[103],
        "UPDATE task SET lease_until_ms = 1699999939999 WHERE id = 103",
    ),
    damage(
        "task_beside_work",
        "P4",
        &[101],
        "UPDATE task SET state = 'doing', seat = 1, operator = 1 WHERE id = 101",
    ),
    damage(
        "task_at_abandoned_seat",
        "P4",
        &[103],
        "UPDATE task SET operator = 8 WHERE id = 103",
    ),
];

async fn every_rule_has_its_damage(_: &Home) {
    let damaged: BTreeSet<&str> = [P1, P2, P3, P4, P5, P7]
        .into_iter()
        .flatten()
        .map(|damage| damage.rule)
        .collect();
    assert_eq!(damaged, audit_rules().collect());
}

async fn every_rule_speaks_when_it_is_broken(home: &Home) {
    for damage in [P1, P2, P3, P4, P5, P7].into_iter().flatten() {
        let home = home.another();
        let store = home.serve().await;
        commit_day(&store).await;
        home.by_hand(damage.statements).await;
        let audit = store.audit(NOW).await.unwrap();
        assert!(!audit.ok());
        let (expected, others): (Vec<Violation>, Vec<Violation>) = audit
            .violations
            .into_iter()
            .partition(|violation| violation.rule == damage.rule);
        let [violation] = &expected[..] else {
            panic!(
                "{} is silent; {others:?} after {}",
                damage.rule, damage.statements
            );
        };
        let mut rows = violation.rows.clone();
        rows.sort_unstable();
        assert_eq!(rows, damage.rows, "{}", damage.rule);
        assert_eq!(violation.promise, damage.promise, "{}", damage.rule);
        let mut others: Vec<&str> = others.iter().map(|violation| violation.rule).collect();
        others.retain(|other| !damage.also.contains(other));
        assert_eq!(others, [""; 0], "only {} was broken", damage.rule);
    }
}

async fn offenders_are_all_counted_and_the_first_hundred_named(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    home.by_hand(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
        INSERT INTO callback_need SELECT 0, 1000 + i, 1, 99, NULL, 'missed', 1, 1, NULL FROM n",
    )
    .await;
    let audit = store.audit(NOW).await.unwrap();
    assert_eq!(audit.violations.len(), 1);
    assert_eq!(
        (audit.violations[0].count, audit.violations[0].rows.len()),
        (250, 100)
    );
}

async fn a_lease_that_ended_within_the_minute_is_no_fault(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let lease_end = NOW + 20_000;
    assert!(store.audit(lease_end + 60_000).await.unwrap().ok());
    assert!(!store.audit(lease_end + 60_001).await.unwrap().ok());
}

async fn what_a_start_has_not_ended_yet_is_no_fault_before_its_first_step(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    store.begin().await.unwrap();
    assert_eq!(store.audit(NOW).await.unwrap().violations, []);
    home.by_hand("UPDATE journal SET applied_seq = 1").await;
    let audit = store.audit(NOW).await.unwrap();
    let found = audit
        .violations
        .iter()
        .map(|it| (it.rule, it.table, it.count));
    let left_open = |(table, count)| ("left_open", table, count);
    assert_eq!(
        found.collect::<Vec<_>>(),
        [("attempt", 2), ("offer", 1), ("assignment", 2), ("dial", 1)].map(left_open)
    );
}

async fn dials_of_one_number_one_after_the_other_are_no_fault(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    home.by_hand(
        "INSERT INTO dial SELECT shard, 73, seq, callback, number, seat, trunk, state,
            placed_ms + 9, answered_ms, ended_ms + 9, result, sip_status,
            who_first, pressed_ms FROM dial WHERE id = 72",
    )
    .await;
    assert_eq!(store.audit(NOW).await.unwrap().violations, []);
}
