//! The rules of the audit, each a statement that yields the rows that break it.
//! `$1` is the shard, `$2` the present in milliseconds.

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) promise: &'static str,
    pub(super) meaning: &'static str,
    /// Yields one identifier per offending row.
    pub(super) offenders: &'static str,
}

pub(super) const EPOCH: &str = "SELECT coalesce(max(epoch), 0) FROM journal WHERE shard = $1";
pub(super) const ATTEMPT_SUMS: &str = "
SELECT count(*), count(CASE WHEN stage = 'ended' THEN 1 END), count(CASE WHEN ended_ms IS NULL THEN 1 END),
    count(CASE WHEN outcome IN ('served', 'served_by_menu') THEN 1 END),
    count(CASE WHEN outcome NOT IN ('served', 'served_by_menu') AND callback IS NOT NULL THEN 1 END)
FROM attempt WHERE shard = $1";
pub(super) const SUPPRESSED: &str = "
SELECT suppressed, count(*) FROM attempt
WHERE shard = $1 AND suppressed IS NOT NULL AND outcome NOT IN ('served', 'served_by_menu')
GROUP BY suppressed";
pub(super) const CALLBACK_SUMS: &str = "
SELECT count(CASE WHEN state <> 'closed' THEN 1 END), count(CASE WHEN state = 'closed' THEN 1 END)
FROM callback WHERE shard = $1";
pub(super) const DIALS: &str = "SELECT count(*) FROM dial WHERE shard = $1";
pub(super) const DIALS_IN_FLIGHT: &str =
    "SELECT count(*) FROM dial WHERE shard = $1 AND state <> 'ended'";
pub(super) const OFFERS_OPEN: &str =
    "SELECT count(*) FROM offer WHERE shard = $1 AND state = 'open'";
pub(super) const ASSIGNMENTS_OPEN: &str =
    "SELECT count(*) FROM assignment WHERE shard = $1 AND ended_ms IS NULL";

/// All of them, by promise.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "attempt_half_ended",
        promise: "P1",
        meaning: "attempts whose stage and end disagree: received is not ended plus open",
        offenders: "
SELECT id FROM attempt WHERE shard = $1 AND (stage = 'ended') <> (ended_ms IS NOT NULL)",
    },
    Rule {
        name: "attempt_gap",
        promise: "P1",
        meaning: "attempts before which arrivals of their epoch are missing or counted twice",
        offenders: "
SELECT id FROM (
    SELECT id, arrival_seq,
        lag(arrival_seq, 1, 0) OVER (PARTITION BY (id >> 40) ORDER BY arrival_seq) AS before
    FROM attempt WHERE shard = $1) arrivals
WHERE arrival_seq <> before + 1",
    },
    Rule {
        name: "attempt_without_outcome",
        promise: "P1",
        meaning: "attempts that ended without an outcome",
        offenders: "
SELECT id FROM attempt WHERE shard = $1 AND stage = 'ended' AND outcome IS NULL",
    },
    Rule {
        name: "attempt_lost",
        promise: "P1",
        meaning: "attempts that ended unserved, with neither a callback nor a reason why not",
        offenders: "
SELECT id FROM attempt WHERE shard = $1 AND stage = 'ended'
    AND (outcome IS NULL OR outcome NOT IN ('served', 'served_by_menu'))
    AND callback IS NULL AND suppressed IS NULL",
    },
    Rule {
        name: "attempt_owed_and_suppressed",
        promise: "P1",
        meaning: "attempts that ended unserved, with a callback and a reason why not",
        offenders: "
SELECT id FROM attempt WHERE shard = $1 AND stage = 'ended'
    AND (outcome IS NULL OR outcome NOT IN ('served', 'served_by_menu'))
    AND callback IS NOT NULL AND suppressed IS NOT NULL",
    },
    Rule {
        name: "attempt_callback_missing",
        promise: "P1",
        meaning: "attempts that belong to a callback which does not exist",
        offenders: "
SELECT a.id FROM attempt a
LEFT JOIN callback c ON c.shard = a.shard AND c.id = a.callback
WHERE a.shard = $1 AND a.callback IS NOT NULL AND c.id IS NULL",
    },
    Rule {
        name: "attempt_callback_of_another_tenant",
        promise: "P1",
        meaning: "attempts that belong to a callback of another tenant",
        offenders: "
SELECT a.id FROM attempt a
JOIN callback c ON c.shard = a.shard AND c.id = a.callback
WHERE a.shard = $1 AND (a.tenant IS NULL OR a.tenant <> c.tenant)",
    },
    Rule {
        name: "callback_without_open_need",
        promise: "P2",
        meaning: "callbacks that are open although nothing is wanted any more",
        offenders: "
SELECT c.id FROM callback c WHERE c.shard = $1 AND c.state <> 'closed' AND NOT EXISTS (
    SELECT 1 FROM callback_need need
    WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL)",
    },
    Rule {
        name: "callback_closed_with_open_need",
        promise: "P2",
        meaning: "callbacks that are closed although something is still wanted",
        offenders: "
SELECT c.id FROM callback c WHERE c.shard = $1 AND c.state = 'closed' AND EXISTS (
    SELECT 1 FROM callback_need need
    WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL)",
    },
    Rule {
        name: "callback_closed_without_how",
        promise: "P2",
        meaning: "callbacks that are closed without saying how or when, or say so while open",
        offenders: "
SELECT id FROM callback WHERE shard = $1
    AND ((state = 'closed') <> (closed_how IS NOT NULL)
        OR (state = 'closed') <> (closed_ms IS NOT NULL))",
    },
    Rule {
        name: "callback_number_missing",
        promise: "P2",
        meaning: "callbacks to a number that does not exist",
        offenders: "
SELECT c.id FROM callback c
LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
WHERE c.shard = $1 AND number.id IS NULL",
    },
    Rule {
        name: "need_without_callback",
        promise: "P2",
        meaning: "needs of a callback which does not exist",
        offenders: "
SELECT need.id FROM callback_need need
LEFT JOIN callback c ON c.shard = need.shard AND c.id = need.callback
WHERE need.shard = $1 AND c.id IS NULL",
    },
    // By digits, not by handle: two handles of one number would escape the unique index.
    Rule {
        name: "callback_open_twice",
        promise: "P2",
        meaning: "callbacks that are open beside another of the same tenant and number",
        offenders: "
SELECT id FROM (
    SELECT c.id, count(*) OVER (PARTITION BY c.tenant, coalesce(number.e164, CAST(c.number AS TEXT)))
        AS beside
    FROM callback c LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
    WHERE c.shard = $1 AND c.state <> 'closed') cases
WHERE beside > 1",
    },
    Rule {
        name: "callback_attempts_miscounted",
        promise: "P2",
        meaning: "callbacks made by attempts whose number of attempts is not that of the attempts",
        offenders: "
SELECT c.id FROM callback c
LEFT JOIN (
    SELECT callback, count(*) AS counted FROM attempt
    WHERE shard = $1 AND callback IS NOT NULL GROUP BY callback) joined ON joined.callback = c.id
WHERE c.shard = $1 AND c.attempts <> coalesce(joined.counted, 0) AND NOT EXISTS (
    SELECT 1 FROM callback_need need WHERE need.shard = c.shard AND need.callback = c.id
        AND need.kind NOT IN ('missed', 'requested', 'interrupted'))",
    },
    Rule {
        name: "dial_twice_in_flight",
        promise: "P3",
        meaning: "dials in flight or unknown beside another to the same number, of any tenant",
        offenders: "
SELECT id FROM (
    SELECT d.id, count(*) OVER (PARTITION BY coalesce(number.e164, CAST(d.number AS TEXT))) AS beside
    FROM dial d LEFT JOIN number ON number.shard = d.shard AND number.id = d.number
    WHERE d.shard = $1 AND d.state <> 'ended') dials
WHERE beside > 1",
    },
    Rule {
        name: "dial_without_callback",
        promise: "P3",
        meaning: "dials that pay a callback which does not exist",
        offenders: "
SELECT d.id FROM dial d
LEFT JOIN callback c ON c.shard = d.shard AND c.id = d.callback
WHERE d.shard = $1 AND c.id IS NULL",
    },
    Rule {
        name: "dial_of_another_number",
        promise: "P3",
        meaning: "dials that rang another number than their callback's",
        offenders: "
SELECT d.id FROM dial d
JOIN callback c ON c.shard = d.shard AND c.id = d.callback
LEFT JOIN number rung ON rung.shard = d.shard AND rung.id = d.number
LEFT JOIN number owed ON owed.shard = c.shard AND owed.id = c.number
WHERE d.shard = $1 AND d.number <> c.number AND coalesce(rung.e164, '') <> coalesce(owed.e164, '')",
    },
    Rule {
        name: "dial_in_flight_for_idle_callback",
        promise: "P3",
        meaning: "dials in flight or unknown whose callback waits or is closed",
        offenders: "
SELECT d.id FROM dial d
JOIN callback c ON c.shard = d.shard AND c.id = d.callback
WHERE d.shard = $1 AND d.state <> 'ended' AND c.state IN ('waiting', 'closed')",
    },
    Rule {
        name: "dial_half_ended",
        promise: "P3",
        meaning: "dials that ended without a result or a time, or have one while in flight",
        offenders: "
SELECT id FROM dial WHERE shard = $1
    AND ((state = 'ended') <> (result IS NOT NULL) OR (state = 'ended') <> (ended_ms IS NOT NULL))",
    },
    // Whatever bears the mark of an epoch that never began was written past the fence.
    Rule {
        name: "epoch_from_the_future",
        promise: "P3",
        meaning: "rows whose identifier or journal position is of an epoch that has not begun",
        offenders: "
SELECT rows.id FROM (
    SELECT id, seq FROM number WHERE shard = $1
    UNION ALL SELECT id, seq FROM attempt WHERE shard = $1
    UNION ALL SELECT id, seq FROM callback WHERE shard = $1
    UNION ALL SELECT id, seq FROM callback_need WHERE shard = $1
    UNION ALL SELECT id, seq FROM callback_event WHERE shard = $1
    UNION ALL SELECT id, seq FROM dial WHERE shard = $1
    UNION ALL SELECT id, seq FROM offer WHERE shard = $1
    UNION ALL SELECT id, seq FROM assignment WHERE shard = $1
    UNION ALL SELECT id, seq FROM sign_in WHERE shard = $1
    UNION ALL SELECT id, seq FROM state_interval WHERE shard = $1
    UNION ALL SELECT id, seq FROM registration WHERE shard = $1
    UNION ALL SELECT id, seq FROM seat WHERE shard = $1
    UNION ALL SELECT id, seq FROM operator WHERE shard = $1) rows
CROSS JOIN (SELECT coalesce(max(epoch), 0) AS epoch FROM journal WHERE shard = $1) journal
WHERE (rows.id >> 40) > journal.epoch OR (rows.seq >> 40) > journal.epoch",
    },
    Rule {
        name: "offer_open_twice_at_seat",
        promise: "P4",
        meaning: "offers that are open beside another at the same seat",
        offenders: "
SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY seat) AS beside
    FROM offer WHERE shard = $1 AND state = 'open') offers
WHERE beside > 1",
    },
    Rule {
        name: "offer_open_twice_for_work",
        promise: "P4",
        meaning: "offers that are open beside another of the same work",
        offenders: "
SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY attempt, callback) AS beside
    FROM offer WHERE shard = $1 AND state = 'open') offers
WHERE beside > 1",
    },
    Rule {
        name: "offer_lease_overdue",
        promise: "P4",
        meaning: "offers still open more than a minute after their lease ended",
        offenders: "
SELECT id FROM offer WHERE shard = $1 AND state = 'open' AND lease_until_ms < $2 - 60000",
    },
    Rule {
        name: "assignment_open_twice_at_seat",
        promise: "P4",
        meaning: "assignments that are open beside another at the same seat",
        offenders: "
SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY seat) AS beside
    FROM assignment WHERE shard = $1 AND ended_ms IS NULL) assignments
WHERE beside > 1",
    },
    Rule {
        name: "assignment_open_twice_for_work",
        promise: "P4",
        meaning: "assignments that are open beside another of the same work",
        offenders: "
SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY attempt, callback) AS beside
    FROM assignment WHERE shard = $1 AND ended_ms IS NULL) assignments
WHERE beside > 1",
    },
    Rule {
        name: "assignment_of_ended_work",
        promise: "P4",
        meaning: "assignments that are open although their attempt has ended or their callback is closed",
        offenders: "
SELECT s.id FROM assignment s
LEFT JOIN attempt a ON a.shard = s.shard AND a.id = s.attempt
LEFT JOIN callback c ON c.shard = s.shard AND c.id = s.callback
WHERE s.shard = $1 AND s.ended_ms IS NULL AND (a.stage = 'ended' OR c.state = 'closed')",
    },
];
