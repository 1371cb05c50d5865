-- Operators and seats are taken out of service, and their rows stay: history names them.
ALTER TABLE seat ADD COLUMN removed_ms BIGINT;
ALTER TABLE operator ADD COLUMN removed_ms BIGINT;

-- Whose choice a state was, when the shift ends, when a break is over. Without a value in rows,
-- and in spills, of before: then the operator chose.
ALTER TABLE sign_in ADD COLUMN chosen_by TEXT;
ALTER TABLE sign_in ADD COLUMN supervisor TEXT;
ALTER TABLE sign_in ADD COLUMN shift_ends_ms BIGINT;
ALTER TABLE sign_in ADD COLUMN back_ms BIGINT;
ALTER TABLE state_interval ADD COLUMN pause_reason TEXT;
ALTER TABLE state_interval ADD COLUMN chosen_by TEXT;
ALTER TABLE state_interval ADD COLUMN supervisor TEXT;

-- What an operator needs; the operator's identifier is its key. Private. Kinds of work are words,
-- queues identifiers, both with spaces between them.
CREATE TABLE profile (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    ring_s BIGINT,
    wrap_up_s BIGINT,
    rest_s BIGINT,
    break_after BIGINT,
    break_s BIGINT,
    auto_answer BIGINT NOT NULL,
    whisper BIGINT NOT NULL,
    not_kinds TEXT NOT NULL,
    not_queues TEXT NOT NULL,
    works_per_h BIGINT,
    buddy BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;

-- Which operator is to pay a callback; the callback's identifier is its key. Few have one.
CREATE TABLE callback_owner (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    operator BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;

-- When which site was cut off: said by somebody (1), or noticed (0).
CREATE TABLE site_outage (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    site BIGINT NOT NULL,
    since_ms BIGINT NOT NULL,
    until_ms BIGINT,
    said BIGINT NOT NULL,
    supervisor TEXT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
