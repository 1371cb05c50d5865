-- The number and the PIN by which an operator signs in from a phone: of the PIN a digest by argon2id,
-- emptied when they work here no more.
CREATE TABLE operator_pin (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    number TEXT NOT NULL,
    digest TEXT NOT NULL,
    set_ms BIGINT NOT NULL,
    erased_ms BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;

-- No two operators at work have the same number.
CREATE INDEX operator_pin_number ON operator_pin (shard, number) WHERE erased_ms IS NULL;
