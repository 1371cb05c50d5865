//! The rules of the audit, each with the statements that yield the rows that break it.
//! `$1` is the shard, `$2` the present in milliseconds.
//!
//! Ten million attempts are read in the order in which they are stored, or along an index that
//! has all that is asked: whatever else would be sorted, hashed or looked up in no order. So a
//! rule about every row of a table ends with the order of its key; only what is open is sorted.
//! A plus before a column keeps SQLite from the index over it.

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) promise: &'static str,
    /// What is wrong with the rows.
    pub(super) meaning: &'static str,
    /// What to do about it.
    pub(super) advice: &'static str,
    /// A table, and the statement that yields one identifier per offending row of it.
    pub(super) offenders: &'static [(&'static str, &'static str)],
}

const CALL: &str = "these people may be waiting for a call that nobody makes: call them back by \
    hand (README.md says how, under \"When the audit finds something\")";
const COMPARE: &str = "was a backup restored, or were rows deleted by hand? Whose number is gone \
    is in the carrier's records of that time: call them back by hand";
const LOOK: &str = "look at each with `cuptel callbacks show ID`, and call back by hand who was \
    not served";
const LOOK_AT_TASKS: &str = "look at each with `cuptel tasks show ID`, and have done by hand what \
    was not";
const LOOK_AT_CAMPAIGN: &str = "show the callback of each with `cuptel callbacks show ID`, and call by \
    hand who was not reached; it is a fault of CupTel: report it with a copy of the database";
const START: &str = "start CupTel again if it is not running or has run since: a start ends what \
    was left open. Rows that are named after it are a fault of CupTel: report it with a copy of \
    the database";
const STUCK: &str = "start CupTel again: a start lets them wait again, with the try spent. Until then \
    call them back by hand (README.md says how, under \"When the audit finds something\")";
const BESIDE: &str = "was the clock set back at that time, or does a second CupTel use this \
    database? If neither, it is a fault of CupTel: report it with a copy of the database";
const REPORT: &str = "nobody waits in vain because of this, but it is a fault of CupTel, or \
    somebody changed the database by hand: report it with a copy of the database";
const ONE_SERVER: &str = "does a second CupTel use this database, or one that was copied from it? \
    Stop all but one, and do not restore single tables from a backup";

pub(super) const EPOCH: &str = "SELECT coalesce(max(epoch), 0) FROM journal WHERE shard = $1";
pub(super) const ATTEMPT_SUMS: &str = "
SELECT count(*), count(CASE WHEN stage = 'ended' THEN 1 END), count(CASE WHEN ended_ms IS NULL THEN 1 END),
    count(CASE WHEN outcome IN ('served', 'served_by_menu') THEN 1 END),
    count(CASE WHEN outcome NOT IN ('served', 'served_by_menu') AND callback IS NOT NULL THEN 1 END)
FROM attempt WHERE +shard = $1";
// Counted by whoever asks: GROUP BY would sort.
pub(super) const SUPPRESSED: &str = "
SELECT suppressed FROM attempt
WHERE +shard = $1 AND suppressed IS NOT NULL AND outcome NOT IN ('served', 'served_by_menu')";
pub(super) const CALLBACK_SUMS: &str = "
SELECT count(CASE WHEN state <> 'closed' THEN 1 END), count(CASE WHEN state = 'closed' THEN 1 END)
FROM callback WHERE +shard = $1";
pub(super) const DIALS: &str = "SELECT count(*) FROM dial WHERE shard = $1";
pub(super) const DIALS_IN_FLIGHT: &str =
    "SELECT count(*) FROM dial WHERE shard = $1 AND state <> 'ended'";
pub(super) const OFFERS_OPEN: &str =
    "SELECT count(*) FROM offer WHERE shard = $1 AND state = 'open'";
pub(super) const ASSIGNMENTS_OPEN: &str =
    "SELECT count(*) FROM assignment WHERE shard = $1 AND ended_ms IS NULL";

/// All of these.
#[cfg(test)]
pub(super) const SUMS: &[&str] = &[
    EPOCH,
    ATTEMPT_SUMS,
    SUPPRESSED,
    CALLBACK_SUMS,
    DIALS,
    DIALS_IN_FLIGHT,
    OFFERS_OPEN,
    ASSIGNMENTS_OPEN,
];

macro_rules! from_the_future {
    ($($table:literal by $key:literal)*) => {
        &[$(($table, concat!(
            "SELECT id FROM ", $table, " WHERE shard = $1
                AND ((id >> 40) > (SELECT coalesce(max(epoch), 0) FROM journal WHERE shard = $1)
                OR (seq >> 40) > (SELECT coalesce(max(epoch), 0) FROM journal WHERE shard = $1))
            ORDER BY ", $key,
        ))),*]
    };
}

/// Whatever bears the mark of an epoch that never began was written past the fence.
const FROM_THE_FUTURE: &[(&str, &str)] = from_the_future! {
    "number" by "id"
    "attempt" by "id"
    "callback" by "id"
    "callback_need" by "id"
    "need_detail" by "id"
    "callback_event" by "callback, id"
    "dial" by "id"
    "offer" by "id"
    "assignment" by "id"
    "sign_in" by "id"
    "state_interval" by "id"
    "registration" by "id"
    "seat" by "id"
    "operator" by "id"
    "promise" by "id"
    "callback_decline" by "id"
    "task" by "id"
    "task_event" by "task, id"
    "number_mark" by "id"
    "campaign" by "id"
    "campaign_entry" by "id"
    "code_word" by "id"
    "bulk" by "id"
    "bulk_entry" by "id"
};

macro_rules! left_open {
    ($($table:literal while $open:literal)*) => {
        &[$(($table, concat!(
            "SELECT id FROM ", $table, " WHERE shard = $1 AND ", $open, "
                AND (seq >> 40) < (SELECT coalesce(max(epoch), 0) FROM journal
                    WHERE shard = $1 AND applied_seq > 0)",
        ))),*]
    };
}

/// The first step of a start ends what was open, or takes it up and writes it anew; before that
/// step is stored nothing can be said.
const LEFT_OPEN: &[(&str, &str)] = left_open! {
    "attempt" while "ended_ms IS NULL"
    "offer" while "state = 'open'"
    "assignment" while "ended_ms IS NULL"
    "dial" while "state <> 'ended'"
};

/// All of them, by promise.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "attempt_half_ended",
        promise: "P1",
        meaning: "calls are marked as ended and have no time of their end, or the other way round",
        advice: START,
        offenders: &[("attempt", "
SELECT id FROM attempt WHERE shard = $1 AND (stage = 'ended') <> (ended_ms IS NOT NULL)
ORDER BY id")],
    },
    Rule {
        name: "attempt_gap",
        promise: "P1",
        meaning: "calls that came in just before these are missing from the books, or two calls have one place in the order of arrival",
        advice: COMPARE,
        offenders: &[("attempt", "
SELECT id FROM (
    SELECT id, arrival_seq,
        lag(arrival_seq, 1, 0) OVER (PARTITION BY (id >> 40) ORDER BY arrival_seq) AS before
    FROM attempt WHERE shard = $1) arrivals
WHERE arrival_seq <> before + 1")],
    },
    Rule {
        name: "attempt_without_outcome",
        promise: "P1",
        meaning: "calls have ended, and nothing says how: whether the caller was served is not known",
        advice: CALL,
        offenders: &[("attempt", "
SELECT id FROM attempt WHERE shard = $1 AND stage = 'ended' AND outcome IS NULL
ORDER BY id")],
    },
    Rule {
        name: "attempt_lost",
        promise: "P1",
        meaning: "callers were not served, are owed no call, and nothing says why not",
        advice: CALL,
        offenders: &[("attempt", "
SELECT id FROM attempt WHERE shard = $1 AND stage = 'ended'
    AND (outcome IS NULL OR outcome NOT IN ('served', 'served_by_menu'))
    AND callback IS NULL AND suppressed IS NULL
ORDER BY id")],
    },
    Rule {
        name: "attempt_owed_and_suppressed",
        promise: "P1",
        meaning: "callers are owed a call, and a reason is given why they are not",
        advice: REPORT,
        offenders: &[("attempt", "
SELECT id FROM attempt WHERE shard = $1 AND stage = 'ended'
    AND (outcome IS NULL OR outcome NOT IN ('served', 'served_by_menu'))
    AND callback IS NOT NULL AND suppressed IS NOT NULL
ORDER BY id")],
    },
    Rule {
        name: "attempt_callback_missing",
        promise: "P1",
        meaning: "callers are owed a call by a callback that does not exist",
        advice: CALL,
        offenders: &[("attempt", "
SELECT a.id FROM attempt a
LEFT JOIN callback c ON c.shard = a.shard AND c.id = a.callback
WHERE a.shard = $1 AND a.callback IS NOT NULL AND c.id IS NULL
ORDER BY a.id")],
    },
    Rule {
        name: "attempt_callback_of_another_tenant",
        promise: "P1",
        meaning: "callers are called back by another health authority than the one that they rang",
        advice: REPORT,
        offenders: &[("attempt", "
SELECT a.id FROM attempt a
WHERE a.shard = $1 AND a.callback IS NOT NULL AND coalesce(a.tenant, -1) <> (
    SELECT c.tenant FROM callback c WHERE c.shard = a.shard AND c.id = a.callback)
ORDER BY a.id")],
    },
    Rule {
        name: "callback_stuck",
        promise: "P1",
        meaning: "callbacks are said to be offered or dialled and are not: they neither wait nor expire, and nobody calls",
        advice: STUCK,
        offenders: &[("callback", "
SELECT c.id FROM callback c WHERE c.shard = $1 AND c.state <> 'closed' AND (
    (c.state = 'offered' AND NOT EXISTS (
        SELECT 1 FROM offer o
        WHERE o.shard = c.shard AND o.callback = c.id AND o.state = 'open'))
    OR (c.state IN ('dialling', 'talking', 'answered_waiting', 'unknown') AND NOT EXISTS (
        SELECT 1 FROM dial d
        WHERE d.shard = c.shard AND d.callback = c.id AND d.state <> 'ended')))")],
    },
    Rule {
        name: "callback_without_open_need",
        promise: "P2",
        meaning: "people are to be called although nothing is owed to them any more",
        advice: REPORT,
        offenders: &[("callback", "
SELECT c.id FROM callback c WHERE c.shard = $1 AND c.state <> 'closed' AND NOT EXISTS (
    SELECT 1 FROM callback_need need
    WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL)")],
    },
    Rule {
        name: "callback_closed_with_open_need",
        promise: "P2",
        meaning: "callbacks are closed although something is still owed to the person",
        advice: CALL,
        offenders: &[("callback", "
SELECT c.id FROM callback c WHERE c.shard = $1 AND c.state = 'closed' AND EXISTS (
    SELECT 1 FROM callback_need need
    WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL)
ORDER BY c.id")],
    },
    Rule {
        name: "callback_closed_without_how",
        promise: "P2",
        meaning: "callbacks are closed and do not say how or when, or say so and are open",
        advice: LOOK,
        offenders: &[("callback", "
SELECT id FROM callback WHERE shard = $1
    AND ((state = 'closed') <> (closed_how IS NOT NULL)
        OR (state = 'closed') <> (closed_ms IS NOT NULL))
ORDER BY id")],
    },
    Rule {
        name: "callback_number_missing",
        promise: "P2",
        meaning: "people are owed a call, and their number is not stored",
        advice: COMPARE,
        offenders: &[("callback", "
SELECT c.id FROM callback c
LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
WHERE c.shard = $1 AND number.id IS NULL
ORDER BY c.id")],
    },
    Rule {
        name: "need_without_callback",
        promise: "P2",
        meaning: "something is owed by a callback that does not exist, and so to nobody knows whom",
        advice: COMPARE,
        offenders: &[("callback_need", "
SELECT need.id FROM callback_need need
LEFT JOIN callback c ON c.shard = need.shard AND c.id = need.callback
WHERE need.shard = $1 AND c.id IS NULL")],
    },
    Rule {
        name: "taken_in_charge_without_deadline",
        promise: "P2",
        meaning: "something was taken in charge, and it is not stored by when it is owed",
        advice: LOOK,
        offenders: &[("callback_need", "
SELECT need.id FROM callback_need need
LEFT JOIN need_detail detail ON detail.shard = need.shard AND detail.id = need.id
WHERE need.shard = $1 AND need.kind = 'taken_in_charge' AND detail.due_ms IS NULL
ORDER BY need.id")],
    },
    Rule {
        name: "need_detail_of_nothing",
        promise: "P2",
        meaning: "a deadline or a note belongs to nothing that is or was owed",
        advice: COMPARE,
        offenders: &[("need_detail", "
SELECT detail.id FROM need_detail detail
LEFT JOIN callback_need need ON need.shard = detail.shard AND need.id = detail.id
    AND need.callback = detail.callback
WHERE detail.shard = $1 AND need.id IS NULL
ORDER BY detail.id")],
    },
    // By digits, not by handle: two handles of one number would escape the unique index.
    Rule {
        name: "callback_open_twice",
        promise: "P2",
        meaning: "people have two open callbacks with one health authority, and would be called twice",
        advice: REPORT,
        offenders: &[("callback", "
SELECT id FROM (
    SELECT c.id, count(*) OVER (PARTITION BY c.tenant, coalesce(number.e164, CAST(c.number AS TEXT)))
        AS beside
    FROM callback c LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
    WHERE c.shard = $1 AND c.state <> 'closed') cases
WHERE beside > 1")],
    },
    Rule {
        name: "callback_to_marked_number",
        promise: "P3",
        meaning: "people are to be called whose number somebody said is not to be called",
        advice: "have the number's mark taken away, if the call is right after all (`cuptel numbers release`), or close the callback (`cuptel callbacks close`); and report it: it is a fault of CupTel, or somebody changed the database by hand",
        offenders: &[("callback", "
SELECT c.id FROM callback c
JOIN number ON number.shard = c.shard AND number.id = c.number
WHERE c.shard = $1 AND c.state <> 'closed' AND c.state IN ('waiting', 'offered') AND (
    number.e164 IN (
        SELECT own.e164 FROM number_mark m
        JOIN number own ON own.shard = m.shard AND own.id = m.number
        WHERE m.shard = $1 AND m.until_ms IS NULL AND m.mark = 'do_not_call' AND m.tenant IS NULL)
    OR (c.tenant, number.e164) IN (
        SELECT m.tenant, own.e164 FROM number_mark m
        JOIN number own ON own.shard = m.shard AND own.id = m.number
        WHERE m.shard = $1 AND m.until_ms IS NULL AND m.mark = 'do_not_call'))")],
    },
    Rule {
        name: "callback_attempts_miscounted",
        promise: "P2",
        meaning: "callbacks count another number of calls than they were made by",
        advice: REPORT,
        offenders: &[("callback", "
SELECT c.id FROM callback c WHERE c.shard = $1
    AND c.attempts <> coalesce((
        SELECT a.nth FROM attempt a
        WHERE a.shard = c.shard AND a.id = c.last_attempt AND a.callback = c.id), 0)
ORDER BY c.id")],
    },
    // With the rule above: from its last attempt back to its first, a callback has all that it
    // counts. That nobody stands beside those chains, the sum tells.
    Rule {
        name: "attempt_chain_broken",
        promise: "P2",
        meaning: "calls do not name the call that belonged to their callback before them",
        advice: REPORT,
        offenders: &[("attempt", "
SELECT a.id FROM attempt a
LEFT JOIN attempt prior ON prior.shard = a.shard AND prior.id = a.prior
    AND prior.callback = a.callback
WHERE a.shard = $1 AND a.callback IS NOT NULL
    AND (a.nth IS NULL OR a.nth <> coalesce(prior.nth, 0) + 1)
ORDER BY a.id")],
    },
    Rule {
        name: "attempt_beside_its_callback",
        promise: "P2",
        meaning: "callbacks do not add up to the calls that belong to one; the last of these is named",
        advice: REPORT,
        offenders: &[("attempt", "
SELECT max(a.id) FROM attempt a WHERE a.shard = $1 AND a.id > 0 AND a.callback IS NOT NULL
HAVING count(*) <> (
    SELECT coalesce(sum(c.attempts), 0) FROM callback c WHERE c.shard = $1)")],
    },
    Rule {
        name: "dial_twice_in_flight",
        promise: "P3",
        meaning: "two of our calls to one number are under way at once, or nobody knows how they ended",
        advice: ONE_SERVER,
        offenders: &[("dial", "
SELECT id FROM (
    SELECT d.id, count(*) OVER (PARTITION BY coalesce(number.e164, CAST(d.number AS TEXT))) AS beside
    FROM dial d LEFT JOIN number ON number.shard = d.shard AND number.id = d.number
    WHERE d.shard = $1 AND d.state <> 'ended') dials
WHERE beside > 1")],
    },
    Rule {
        name: "dial_without_callback",
        promise: "P3",
        meaning: "people were rung for a callback that does not exist",
        advice: REPORT,
        offenders: &[("dial", "
SELECT d.id FROM dial d
LEFT JOIN callback c ON c.shard = d.shard AND c.id = d.callback
WHERE d.shard = $1 AND c.id IS NULL")],
    },
    Rule {
        name: "dial_of_another_number",
        promise: "P3",
        meaning: "another number was rung than that of the person to be called",
        advice: REPORT,
        offenders: &[("dial", "
SELECT d.id FROM dial d
JOIN callback c ON c.shard = d.shard AND c.id = d.callback
LEFT JOIN number rung ON rung.shard = d.shard AND rung.id = d.number
LEFT JOIN number owed ON owed.shard = c.shard AND owed.id = c.number
WHERE d.shard = $1 AND d.number <> c.number AND coalesce(rung.e164, '') <> coalesce(owed.e164, '')
ORDER BY d.id")],
    },
    Rule {
        name: "dial_in_flight_for_idle_callback",
        promise: "P3",
        meaning: "a call to a person is under way, or nobody knows how it ended, while their callback waits or is closed",
        advice: START,
        offenders: &[("dial", "
SELECT d.id FROM dial d
JOIN callback c ON c.shard = d.shard AND c.id = d.callback
WHERE d.shard = $1 AND d.state <> 'ended' AND c.state IN ('waiting', 'closed')")],
    },
    Rule {
        name: "dial_half_ended",
        promise: "P3",
        meaning: "calls to people have ended without a result or a time, or have one and go on",
        advice: START,
        offenders: &[("dial", "
SELECT id FROM dial WHERE shard = $1
    AND ((state = 'ended') <> (result IS NOT NULL) OR (state = 'ended') <> (ended_ms IS NOT NULL))
ORDER BY id")],
    },
    Rule {
        name: "reminder_answer_lost",
        promise: "P1",
        meaning: "people have answered to a reminder, and their result says otherwise",
        advice: LOOK_AT_CAMPAIGN,
        offenders: &[("campaign_entry", "
SELECT id FROM campaign_entry WHERE shard = $1
    AND ((answer IS NOT NULL AND state <> 'released' AND state <> answer)
        OR (state IN ('confirmed', 'cancelled', 'to_move') AND answer IS NULL))
ORDER BY id")],
    },
    Rule {
        name: "birth_year_kept",
        promise: "P7",
        meaning: "the year of birth of people is still stored who have their result, or whose campaign was over ten minutes ago",
        advice: START,
        offenders: &[("campaign_entry", "
SELECT e.id FROM campaign_entry e
JOIN campaign c ON c.shard = e.shard AND c.id = e.campaign
WHERE e.shard = $1 AND e.born IS NOT NULL AND (e.settled_ms IS NOT NULL
    OR (e.state = 'waiting' AND c.state = 'ended' AND c.since_ms < $2 - 600000))")],
    },
    Rule {
        name: "dial_joined_unasked",
        promise: "P3",
        meaning: "people who were called before an operator was on the line were joined with one, and had not pressed the key for it; or had pressed it before they answered",
        advice: REPORT,
        offenders: &[("dial", "
SELECT id FROM dial WHERE shard = $1 AND who_first = 'person_first'
    AND ((seat <> 0 AND pressed_ms IS NULL) OR (pressed_ms IS NOT NULL AND answered_ms IS NULL))
ORDER BY id")],
    },
    // Each beside the one before it. By handle: a number keeps it while it is dialled.
    Rule {
        name: "dial_beside_another",
        promise: "P3",
        meaning: "people were rung while another call of ours to the same number was under way",
        advice: BESIDE,
        offenders: &[("dial", "
SELECT id FROM (
    SELECT id, placed_ms,
        lag(placed_ms) OVER (PARTITION BY number ORDER BY id) AS placed_before,
        lag(ended_ms) OVER (PARTITION BY number ORDER BY id) AS ended_before
    FROM dial WHERE shard = $1) dials
WHERE placed_ms >= placed_before AND placed_ms < ended_before")],
    },
    Rule {
        name: "epoch_from_the_future",
        promise: "P3",
        meaning: "rows were written by a start of the server that the database does not know of",
        advice: ONE_SERVER,
        offenders: FROM_THE_FUTURE,
    },
    Rule {
        name: "left_open",
        promise: "P4",
        meaning: "calls, offers or conversations of an earlier start are open, and the start after it did not end them",
        advice: START,
        offenders: LEFT_OPEN,
    },
    Rule {
        name: "offer_without_work",
        promise: "P4",
        meaning: "a caller or callback was offered that does not exist",
        advice: COMPARE,
        offenders: &[("offer", "
SELECT o.id FROM offer o
LEFT JOIN attempt a ON a.shard = o.shard AND a.id = o.attempt
LEFT JOIN callback c ON c.shard = o.shard AND c.id = o.callback
WHERE o.shard = $1 AND a.id IS NULL AND c.id IS NULL
ORDER BY o.id")],
    },
    Rule {
        name: "assignment_without_work",
        promise: "P4",
        meaning: "an operator talked with a caller or for a callback that does not exist",
        advice: COMPARE,
        offenders: &[("assignment", "
SELECT s.id FROM assignment s
LEFT JOIN attempt a ON a.shard = s.shard AND a.id = s.attempt
LEFT JOIN callback c ON c.shard = s.shard AND c.id = s.callback
WHERE s.shard = $1 AND a.id IS NULL AND c.id IS NULL
ORDER BY s.id")],
    },
    Rule {
        name: "offer_open_twice_at_seat",
        promise: "P4",
        meaning: "two offers are open at one seat",
        advice: START,
        offenders: &[("offer", "
SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY seat) AS beside
    FROM offer WHERE shard = $1 AND state = 'open') offers
WHERE beside > 1")],
    },
    Rule {
        name: "offer_open_twice_for_work",
        promise: "P4",
        meaning: "one caller or callback is offered to two seats at once",
        advice: START,
        offenders: &[("offer", "
SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY attempt, callback) AS beside
    FROM offer WHERE shard = $1 AND state = 'open') offers
WHERE beside > 1")],
    },
    Rule {
        name: "offer_lease_overdue",
        promise: "P4",
        meaning: "offers are open more than a minute after their time was over, and keep their seats from working",
        advice: START,
        offenders: &[("offer", "
SELECT id FROM offer WHERE shard = $1 AND state = 'open' AND lease_until_ms < $2 - 60000")],
    },
    Rule {
        name: "assignment_open_twice_at_seat",
        promise: "P4",
        meaning: "one seat has two conversations at once",
        advice: START,
        offenders: &[("assignment", "
SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY seat) AS beside
    FROM assignment WHERE shard = $1 AND ended_ms IS NULL) assignments
WHERE beside > 1")],
    },
    Rule {
        name: "assignment_open_twice_for_work",
        promise: "P4",
        meaning: "one caller or callback has conversations at two seats at once",
        advice: START,
        offenders: &[("assignment", "
SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY attempt, callback) AS beside
    FROM assignment WHERE shard = $1 AND ended_ms IS NULL) assignments
WHERE beside > 1")],
    },
    Rule {
        name: "assignment_of_ended_work",
        promise: "P4",
        meaning: "seats are kept busy by a conversation with somebody who is gone",
        advice: START,
        offenders: &[("assignment", "
SELECT s.id FROM assignment s
LEFT JOIN attempt a ON a.shard = s.shard AND a.id = s.attempt
LEFT JOIN callback c ON c.shard = s.shard AND c.id = s.callback
WHERE s.shard = $1 AND s.ended_ms IS NULL AND (a.stage = 'ended' OR c.state = 'closed')")],
    },
    Rule {
        name: "campaign_entry_without_campaign",
        promise: "P1",
        meaning: "people stand on the list of a campaign that does not exist, and nobody calls them",
        advice: COMPARE,
        offenders: &[("campaign_entry", "
SELECT e.id FROM campaign_entry e
LEFT JOIN campaign c ON c.shard = e.shard AND c.id = e.campaign
WHERE e.shard = $1 AND c.id IS NULL
ORDER BY e.id")],
    },
    Rule {
        name: "campaign_entry_half_settled",
        promise: "P1",
        meaning: "people of a campaign have a result and no time of it, or wait though they were called",
        advice: LOOK_AT_CAMPAIGN,
        offenders: &[("campaign_entry", "
SELECT id FROM campaign_entry WHERE shard = $1
    AND ((state IN ('waiting', 'released')) <> (settled_ms IS NULL)
        OR (state = 'waiting' AND need IS NOT NULL))
ORDER BY id")],
    },
    Rule {
        name: "campaign_entry_without_need",
        promise: "P1",
        meaning: "people of a campaign are to be called now, and no callback has a need of theirs that is open",
        advice: LOOK_AT_CAMPAIGN,
        offenders: &[("campaign_entry", "
SELECT e.id FROM campaign_entry e
LEFT JOIN callback_need n ON n.shard = e.shard AND n.id = e.need
    AND n.callback = e.callback AND n.kind IN ('recall', 'reminder') AND n.closed_ms IS NULL
WHERE e.shard = $1 AND e.state = 'released' AND n.id IS NULL")],
    },
    Rule {
        name: "campaign_need_twice",
        promise: "P3",
        meaning: "one need stands for two people of campaigns",
        advice: LOOK_AT_CAMPAIGN,
        offenders: &[("campaign_entry", "
SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY need) AS beside
    FROM campaign_entry WHERE shard = $1 AND state = 'released' AND need IS NOT NULL) entries
WHERE beside > 1")],
    },
    Rule {
        name: "campaign_need_left_open",
        promise: "P3",
        meaning: "people of a campaign have their result, and are called again all the same",
        advice: LOOK_AT_CAMPAIGN,
        offenders: &[("campaign_entry", "
SELECT e.id FROM campaign_entry e
JOIN callback_need n ON n.shard = e.shard AND n.id = e.need
WHERE e.shard = $1 AND e.state NOT IN ('waiting', 'released') AND n.closed_ms IS NULL
ORDER BY e.id")],
    },
    Rule {
        name: "campaign_need_without_entry",
        promise: "P2",
        meaning: "somebody is called for a campaign on whose list they are not, and no result of it is ever told",
        advice: LOOK_AT_CAMPAIGN,
        offenders: &[("callback_need", "
SELECT n.id FROM callback_need n
WHERE n.shard = $1 AND n.kind IN ('recall', 'reminder') AND n.closed_ms IS NULL
    AND n.id NOT IN (SELECT need FROM campaign_entry
        WHERE shard = $1 AND state = 'released' AND need IS NOT NULL)
ORDER BY n.id")],
    },
    Rule {
        name: "campaign_called_too_soon",
        promise: "P3",
        meaning: "people were called of a list that was not whole, or before somebody started its campaign",
        advice: LOOK_AT_CAMPAIGN,
        offenders: &[("campaign_entry", "
SELECT e.id FROM campaign_entry e
JOIN campaign c ON c.shard = e.shard AND c.id = e.campaign
WHERE e.shard = $1 AND e.need IS NOT NULL
    AND (c.state IN ('loading', 'ready') OR c.started_ms IS NULL OR c.ended_how = 'discarded')
ORDER BY e.id")],
    },
    Rule {
        name: "task_half_closed",
        promise: "P4",
        meaning: "tasks are done or withdrawn and do not say when, or say so and are open: nobody does them, and nobody is told",
        advice: LOOK_AT_TASKS,
        offenders: &[("task", "
SELECT id FROM task WHERE shard = $1
    AND (state IN ('done', 'withdrawn')) <> (closed_ms IS NOT NULL)
ORDER BY id")],
    },
    Rule {
        name: "task_without_seat",
        promise: "P4",
        meaning: "tasks are offered or done and nothing says where or by whom, or they wait or are closed and keep a seat",
        advice: START,
        offenders: &[("task", "
SELECT id FROM task WHERE shard = $1
    AND ((state IN ('offered', 'doing')) <> (seat IS NOT NULL)
        OR (state IN ('offered', 'doing') AND operator IS NULL)
        OR (state = 'offered') <> (lease_until_ms IS NOT NULL))
ORDER BY id")],
    },
    Rule {
        name: "task_twice_at_seat",
        promise: "P4",
        meaning: "one seat has two tasks at once",
        advice: START,
        offenders: &[("task", "
SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY seat) AS beside
    FROM task WHERE shard = $1 AND state IN ('offered', 'doing') AND seat IS NOT NULL) tasks
WHERE beside > 1")],
    },
    Rule {
        name: "task_lease_overdue",
        promise: "P4",
        meaning: "tasks are offered more than a minute after their time was over, and nobody else is asked",
        advice: START,
        offenders: &[("task", "
SELECT id FROM task WHERE shard = $1 AND state IN ('offered', 'doing')
    AND lease_until_ms < $2 - 60000")],
    },
    Rule {
        name: "bulk_miscounted",
        promise: "P5",
        meaning: "what was done in bulk touched other callbacks than are on record, and cannot be undone whole",
        advice: REPORT,
        offenders: &[("bulk", "
SELECT b.id FROM bulk b WHERE b.shard = $1 AND b.preview IS NULL AND b.touched <> (
    SELECT count(*) FROM bulk_entry e WHERE e.shard = b.shard AND e.bulk = b.id)
ORDER BY b.id")],
    },
    Rule {
        name: "bulk_close_without_reason",
        promise: "P5",
        meaning: "callbacks were closed in bulk and nothing says why",
        advice: LOOK,
        offenders: &[("bulk_entry", "
SELECT e.id FROM bulk_entry e JOIN bulk b ON b.shard = e.shard AND b.id = e.bulk
WHERE e.shard = $1 AND b.action = 'close' AND b.preview IS NULL AND NOT EXISTS (
    SELECT 1 FROM need_detail d WHERE d.shard = e.shard AND d.callback = e.callback
        AND d.closed_because IS NOT NULL)
ORDER BY e.id")],
    },
    Rule {
        name: "code_word_kept",
        promise: "P7",
        meaning: "the code words of closed callbacks are still stored",
        advice: REPORT,
        offenders: &[("code_word", "
SELECT w.id FROM code_word w JOIN callback c ON c.shard = w.shard AND c.id = w.id
WHERE w.shard = $1 AND w.code IS NOT NULL AND c.state = 'closed' ORDER BY w.id")],
    },
    Rule {
        name: "chosen_time_kept",
        promise: "P7",
        meaning: "when the persons of closed callbacks wanted to be called is still stored",
        advice: REPORT,
        offenders: &[("chosen_time", "
SELECT w.id FROM chosen_time w JOIN callback c ON c.shard = w.shard AND c.id = w.id
WHERE w.shard = $1 AND w.until_ms IS NOT NULL AND c.state = 'closed' ORDER BY w.id")],
    },
    Rule {
        name: "decline_left_open",
        promise: "P5",
        meaning: "callbacks are closed, and somebody is still to look at how they were handed back",
        advice: REPORT,
        offenders: &[("callback_decline", "
SELECT d.id FROM callback_decline d JOIN callback c ON c.shard = d.shard AND c.id = d.callback
WHERE d.shard = $1 AND d.settled_ms IS NULL AND c.state = 'closed'")],
    },
    Rule {
        name: "decline_of_nothing",
        promise: "P5",
        meaning: "callbacks count as handed back by operators to whom they were not offered",
        advice: REPORT,
        offenders: &[("callback_decline", "
SELECT d.id FROM callback_decline d
LEFT JOIN offer o ON o.shard = d.shard AND o.id = d.offer AND o.callback = d.callback
    AND o.state = 'rejected'
WHERE d.shard = $1 AND o.id IS NULL ORDER BY d.id")],
    },
    Rule {
        name: "returned_by_another",
        promise: "P7",
        meaning: "callers were told that we had called them, for the callback of another number",
        advice: REPORT,
        offenders: &[("callback_event", "
SELECT e.id FROM callback_event e
JOIN callback c ON c.shard = e.shard AND c.id = e.callback
JOIN attempt a ON a.shard = e.shard AND a.id = e.attempt
LEFT JOIN number n ON n.shard = c.shard AND n.id = c.number
LEFT JOIN number m ON m.shard = a.shard AND m.id = a.number
WHERE e.shard = $1 AND e.kind = 'returned' AND (a.tenant <> c.tenant OR n.e164 <> m.e164)
ORDER BY e.callback, e.id")],
    },
    Rule {
        name: "announcement_lost",
        promise: "P1",
        meaning: "an emergency has a message that was recorded, and its sound is not there: callers hear another",
        advice: "record it again, or put a file in force (`cuptel stop emergency --wav FILE`); it is a fault of CupTel: report it with a copy of the database",
        offenders: &[("closure", "
SELECT c.id FROM closure c
LEFT JOIN announcement a ON a.shard = c.shard AND a.id = c.announcement
WHERE c.shard = $1 AND c.until_ms IS NULL AND c.announcement IS NOT NULL
    AND (a.audio IS NULL OR a.erased_ms IS NOT NULL) ORDER BY c.id")],
    },
    Rule {
        name: "announcement_kept",
        promise: "P7",
        meaning: "what was recorded for an emergency is kept, and no emergency has it",
        advice: START,
        offenders: &[("announcement", "
SELECT a.id FROM announcement a WHERE a.shard = $1 AND (
    (a.erased_ms IS NOT NULL AND a.audio IS NOT NULL)
    OR (a.erased_ms IS NULL AND a.id NOT IN (SELECT c.announcement FROM closure c
        WHERE c.shard = $1 AND c.until_ms IS NULL AND c.announcement IS NOT NULL)))
ORDER BY a.id")],
    },
    Rule {
        name: "operator_number_shared",
        promise: "P4",
        meaning: "operators sign in by phone under the same number: whoever keys it in is one of them at random",
        advice: "give one of them another (`cuptel operators pin NAME --number N`); it is a fault of CupTel: report it with a copy of the database",
        offenders: &[("operator_pin", "
SELECT p.id FROM operator_pin p WHERE p.shard = $1 AND p.erased_ms IS NULL AND EXISTS (
    SELECT 1 FROM operator_pin q WHERE q.shard = p.shard AND q.number = p.number
        AND q.id <> p.id AND q.erased_ms IS NULL) ORDER BY p.id")],
    },
    Rule {
        name: "operator_pin_kept",
        promise: "P7",
        meaning: "the PIN of an operator who works here no more is kept",
        advice: REPORT,
        offenders: &[("operator_pin", "
SELECT p.id FROM operator_pin p
LEFT JOIN operator o ON o.shard = p.shard AND o.id = p.id
WHERE p.shard = $1 AND ((p.erased_ms IS NULL AND o.removed_ms IS NOT NULL)
    OR (p.erased_ms IS NOT NULL AND p.digest <> '')) ORDER BY p.id")],
    },
    Rule {
        name: "task_beside_work",
        promise: "P4",
        meaning: "a seat has a task, and a caller or callback too",
        advice: START,
        offenders: &[("task", "
SELECT t.id FROM task t WHERE t.shard = $1 AND t.state IN ('offered', 'doing') AND (
    EXISTS (SELECT 1 FROM offer o WHERE o.shard = t.shard AND o.seat = t.seat AND o.state = 'open')
    OR EXISTS (SELECT 1 FROM assignment s
        WHERE s.shard = t.shard AND s.seat = t.seat AND s.ended_ms IS NULL))")],
    },
    Rule {
        name: "task_at_abandoned_seat",
        promise: "P4",
        meaning: "tasks are offered to, or done by, operators who have left that seat",
        advice: START,
        offenders: &[("task", "
SELECT t.id FROM task t WHERE t.shard = $1 AND t.state IN ('offered', 'doing')
    AND t.seat IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM sign_in i WHERE i.shard = t.shard AND i.seat = t.seat
        AND i.operator = t.operator AND i.until_ms IS NULL)")],
    },
    Rule {
        name: "side_call_half_ended",
        promise: "P5",
        meaning: "calls beside a conversation are over and nothing says how, or say how and are not over",
        advice: REPORT,
        offenders: &[("side_call", "
SELECT s.id FROM side_call s WHERE s.shard = $1 AND (
    (s.ended_ms IS NULL AND s.result IS NOT NULL) OR s.ended_ms < s.begun_ms
    OR (s.ended_ms IS NOT NULL AND s.result IS NULL AND s.kind NOT IN ('to_queue', 'to_seat')))
ORDER BY s.id")],
    },
    Rule {
        name: "side_call_left_open",
        promise: "P4",
        meaning: "calls beside a conversation are open, and the conversation, the person or the operator is not there any more",
        advice: START,
        offenders: &[("side_call", "
SELECT s.id FROM side_call s WHERE s.shard = $1 AND s.ended_ms IS NULL AND (
    (s.kind = 'dial' AND NOT EXISTS (SELECT 1 FROM sign_in i WHERE i.shard = s.shard
        AND i.seat = s.seat AND i.operator = s.operator AND i.until_ms IS NULL))
    OR (s.kind = 'consult' AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.shard = s.shard
        AND a.seat = s.seat AND a.ended_ms IS NULL
        AND (a.attempt = s.attempt OR a.callback = s.callback)))
    OR (s.attempt IS NOT NULL AND NOT EXISTS (SELECT 1 FROM attempt c WHERE c.shard = s.shard
        AND c.id = s.attempt AND c.ended_ms IS NULL))
    OR (s.callback IS NOT NULL AND NOT EXISTS (SELECT 1 FROM callback c WHERE c.shard = s.shard
        AND c.id = s.callback AND c.state <> 'closed'))
    OR s.kind IN ('to_queue', 'to_seat'))")],
    },
    Rule {
        name: "side_call_twice",
        promise: "P4",
        meaning: "the phone of a seat is in two calls beside at once, or two are asked in one conversation",
        advice: START,
        offenders: &[("side_call", "
SELECT s.id FROM side_call s WHERE s.shard = $1 AND s.ended_ms IS NULL AND EXISTS (
    SELECT 1 FROM side_call t WHERE t.shard = s.shard AND t.ended_ms IS NULL AND t.id <> s.id AND (
        (CASE s.kind WHEN 'dial' THEN s.seat WHEN 'consult' THEN s.to_seat END)
            = (CASE t.kind WHEN 'dial' THEN t.seat WHEN 'consult' THEN t.to_seat END)
        OR (s.kind = 'consult' AND t.kind = 'consult' AND s.seat = t.seat)))
ORDER BY s.id")],
    },
    Rule {
        name: "side_call_beside_work",
        promise: "P4",
        meaning: "the phone of a seat is called for no work, and it has a caller or a callback, or is offered one",
        advice: START,
        offenders: &[("side_call", "
SELECT s.id FROM side_call s WHERE s.shard = $1 AND s.ended_ms IS NULL AND (
    EXISTS (SELECT 1 FROM assignment a WHERE a.shard = s.shard AND a.ended_ms IS NULL
        AND a.seat = (CASE s.kind WHEN 'dial' THEN s.seat WHEN 'consult' THEN s.to_seat END))
    OR EXISTS (SELECT 1 FROM offer o WHERE o.shard = s.shard AND o.state = 'open'
        AND o.seat = (CASE s.kind WHEN 'dial' THEN s.seat WHEN 'consult' THEN s.to_seat END)))
ORDER BY s.id")],
    },
    Rule {
        name: "side_call_overdue",
        promise: "P4",
        meaning: "somebody has been rung for ten minutes beside a conversation, and nobody gave it up",
        advice: START,
        offenders: &[("side_call", "
SELECT s.id FROM side_call s WHERE s.shard = $1 AND s.ended_ms IS NULL AND s.answered_ms IS NULL
    AND s.begun_ms < $2 - 600000 ORDER BY s.id")],
    },
    Rule {
        name: "side_call_names_number",
        promise: "P7",
        meaning: "what was called beside a conversation is kept as a number, not by its name",
        advice: "give the entry of the directory a name; it is a fault of CupTel, or somebody named an entry by its number: report it with a copy of the database",
        offenders: &[("side_call", "
SELECT s.id FROM side_call s WHERE s.shard = $1 AND length(s.entry) >= 6
    AND lower(s.entry) = upper(s.entry) ORDER BY s.id")],
    },
];
