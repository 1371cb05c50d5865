-- Every table is keyed by shard first (0 until there are several). Times are
-- milliseconds since 1970 in UTC. `seq` is the journal position of a row's last
-- change, its epoch in the upper bits as in identifiers. There are no foreign keys:
-- row images of one step arrive table by table, and `audit` proves the references.

-- One row per shard: which start writes now, and how far its journal is applied.
CREATE TABLE journal (
    shard BIGINT NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    applied_seq BIGINT NOT NULL
);

-- Names that configuration files own.
CREATE TABLE tenant (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (shard, id),
    UNIQUE (shard, name)
);

CREATE TABLE line (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (shard, id),
    UNIQUE (shard, name)
);

CREATE TABLE trunk (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (shard, id),
    UNIQUE (shard, name)
);

CREATE TABLE site (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (shard, id),
    UNIQUE (shard, name)
);

CREATE TABLE queue (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    tenant BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (shard, id),
    UNIQUE (shard, tenant, name)
);

-- The only place with digits; erasing a person empties e164 and raw.
CREATE TABLE number (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    e164 TEXT,
    raw TEXT NOT NULL,
    class TEXT NOT NULL,
    seen_ms BIGINT NOT NULL,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;

CREATE TABLE attempt (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    arrival_seq BIGINT NOT NULL,
    tenant BIGINT,
    line BIGINT,
    trunk BIGINT,
    number BIGINT,
    class TEXT NOT NULL,
    sip_call_id TEXT NOT NULL,
    stage TEXT NOT NULL
        CHECK (stage IN ('received', 'ringing', 'in_dialplan', 'queued', 'talking', 'ended')),
    received_ms BIGINT NOT NULL,
    answered_ms BIGINT,
    queued_ms BIGINT,
    talking_ms BIGINT,
    ended_ms BIGINT,
    outcome TEXT,
    sip_status BIGINT,
    reason TEXT,
    ended_by TEXT,
    queue BIGINT,
    seat BIGINT,
    operator BIGINT,
    disposition TEXT,
    callback BIGINT,
    suppressed TEXT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;

-- 40 is the width of an identifier's counter; above it stands the epoch.
CREATE UNIQUE INDEX attempt_arrival ON attempt (shard, (id >> 40), arrival_seq);
CREATE INDEX attempt_open ON attempt (shard, id) WHERE ended_ms IS NULL;
CREATE INDEX attempt_callback ON attempt (shard, callback) WHERE callback IS NOT NULL;

CREATE TABLE callback (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    tenant BIGINT NOT NULL,
    number BIGINT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('waiting', 'offered', 'dialling', 'talking', 'answered_waiting', 'unknown', 'closed')),
    place_ms BIGINT NOT NULL,
    not_before_ms BIGINT NOT NULL,
    opened_ms BIGINT NOT NULL,
    last_attempt_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    seat BIGINT,
    closed_ms BIGINT,
    closed_how TEXT,
    priority_ms BIGINT NOT NULL,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX callback_one_open ON callback (shard, tenant, number) WHERE state <> 'closed';
CREATE INDEX callback_waiting ON callback (shard, place_ms) WHERE state = 'waiting';

CREATE TABLE callback_need (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    callback BIGINT NOT NULL,
    queue BIGINT,
    kind TEXT NOT NULL,
    opened_ms BIGINT NOT NULL,
    closed_ms BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;

CREATE INDEX callback_need_callback ON callback_need (shard, callback);

-- Written once, read by callback: the key clusters a history.
CREATE TABLE callback_event (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    callback BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    attempt BIGINT,
    dial BIGINT,
    seat BIGINT,
    detail TEXT,
    PRIMARY KEY (shard, callback, id)
) WITHOUT ROWID;

CREATE TABLE dial (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    callback BIGINT NOT NULL,
    number BIGINT NOT NULL,
    seat BIGINT NOT NULL,
    trunk BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('in_flight', 'unknown', 'ended')),
    placed_ms BIGINT NOT NULL,
    answered_ms BIGINT,
    ended_ms BIGINT,
    result TEXT,
    sip_status BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX dial_one_in_flight ON dial (shard, number) WHERE state <> 'ended';
CREATE INDEX dial_callback ON dial (shard, callback);

CREATE TABLE offer (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    attempt BIGINT,
    callback BIGINT,
    queue BIGINT NOT NULL,
    seat BIGINT NOT NULL,
    operator BIGINT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('open', 'accepted', 'rejected', 'busy', 'no_answer', 'unreachable', 'withdrawn')),
    offered_ms BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    ended_ms BIGINT,
    PRIMARY KEY (shard, id),
    CHECK ((attempt IS NULL) <> (callback IS NULL))
) WITHOUT ROWID;

CREATE UNIQUE INDEX offer_one_per_seat ON offer (shard, seat) WHERE state = 'open';
CREATE UNIQUE INDEX offer_one_per_attempt ON offer (shard, attempt)
    WHERE state = 'open' AND attempt IS NOT NULL;
CREATE UNIQUE INDEX offer_one_per_callback ON offer (shard, callback)
    WHERE state = 'open' AND callback IS NOT NULL;
CREATE INDEX offer_attempt ON offer (shard, attempt) WHERE attempt IS NOT NULL;
CREATE INDEX offer_callback ON offer (shard, callback) WHERE callback IS NOT NULL;

CREATE TABLE assignment (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    offer BIGINT NOT NULL,
    attempt BIGINT,
    callback BIGINT,
    seat BIGINT NOT NULL,
    operator BIGINT NOT NULL,
    started_ms BIGINT NOT NULL,
    ended_ms BIGINT,
    wrap_up_until_ms BIGINT,
    disposition TEXT,
    PRIMARY KEY (shard, id),
    CHECK ((attempt IS NULL) <> (callback IS NULL))
) WITHOUT ROWID;

CREATE UNIQUE INDEX assignment_one_per_seat ON assignment (shard, seat) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX assignment_one_per_attempt ON assignment (shard, attempt)
    WHERE ended_ms IS NULL AND attempt IS NOT NULL;
CREATE UNIQUE INDEX assignment_one_per_callback ON assignment (shard, callback)
    WHERE ended_ms IS NULL AND callback IS NOT NULL;
CREATE INDEX assignment_attempt ON assignment (shard, attempt) WHERE attempt IS NOT NULL;
CREATE INDEX assignment_callback ON assignment (shard, callback) WHERE callback IS NOT NULL;

CREATE TABLE seat (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    name TEXT NOT NULL,
    site BIGINT NOT NULL,
    ha1_md5 TEXT NOT NULL,
    ha1_sha256 TEXT NOT NULL,
    PRIMARY KEY (shard, id),
    UNIQUE (shard, name)
) WITHOUT ROWID;

CREATE TABLE operator (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    name TEXT NOT NULL,
    employer TEXT NOT NULL,
    PRIMARY KEY (shard, id),
    UNIQUE (shard, name)
) WITHOUT ROWID;

CREATE TABLE operator_skill (
    shard BIGINT NOT NULL,
    operator BIGINT NOT NULL,
    skill TEXT NOT NULL,
    level BIGINT NOT NULL CHECK (level BETWEEN 1 AND 5),
    PRIMARY KEY (shard, operator, skill)
) WITHOUT ROWID;

CREATE TABLE sign_in (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seat BIGINT NOT NULL,
    operator BIGINT NOT NULL,
    chosen TEXT NOT NULL,
    pause_reason TEXT,
    since_ms BIGINT NOT NULL,
    until_ms BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX sign_in_one_per_seat ON sign_in (shard, seat) WHERE until_ms IS NULL;
CREATE UNIQUE INDEX sign_in_one_per_operator ON sign_in (shard, operator) WHERE until_ms IS NULL;

CREATE TABLE state_interval (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seat BIGINT NOT NULL,
    operator BIGINT,
    chosen TEXT NOT NULL,
    work TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    until_ms BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;

CREATE INDEX state_interval_open ON state_interval (shard, seat) WHERE until_ms IS NULL;

-- Where a seat's phone is; a seat has one, so the seat's identifier is its key.
CREATE TABLE registration (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    contact TEXT NOT NULL,
    listener BIGINT NOT NULL,
    remote TEXT NOT NULL,
    registered_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
