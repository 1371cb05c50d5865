-- Persons whom operators gave on, and calls that they made beside their works: consultations, numbers of
-- the directory. Of those the entry's name is kept, not its digits.
CREATE TABLE side_call (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    seat BIGINT NOT NULL,
    operator BIGINT NOT NULL,
    attempt BIGINT,
    callback BIGINT,
    queue BIGINT,
    to_seat BIGINT,
    entry TEXT,
    trunk BIGINT,
    begun_ms BIGINT NOT NULL,
    answered_ms BIGINT,
    ended_ms BIGINT,
    result TEXT,
    sip_status BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX side_call_open ON side_call (shard, id) WHERE ended_ms IS NULL;
