-- Times that callers were told on a notice line; written once.
CREATE TABLE promise (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    callback BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    told_ms BIGINT NOT NULL,
    by_ms BIGINT NOT NULL,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;

CREATE INDEX promise_callback ON promise (shard, callback);
CREATE INDEX promise_attempt ON promise (shard, attempt);

-- 1 where another person at the same number wants it. Without a value in rows, and in spills,
-- of before.
ALTER TABLE callback_need ADD COLUMN another_person BIGINT;
