-- What an operator's page asks for. With whom somebody spoke is found by the number, without an index over
-- all numbers and all calls, which a storm would pay for: only numbers that were spoken with are in it. An
-- erasure empties the number, and so takes it out.
ALTER TABLE number ADD COLUMN spoken BIGINT;
CREATE INDEX number_spoken ON number (shard, e164) WHERE spoken IS NOT NULL;
ALTER TABLE assignment ADD COLUMN number BIGINT;
CREATE INDEX assignment_number ON assignment (shard, number, id) WHERE number IS NOT NULL;

-- An operator's own day.
CREATE INDEX assignment_operator ON assignment (shard, operator, started_ms);
CREATE INDEX state_interval_operator ON state_interval (shard, operator, since_ms)
    WHERE operator IS NOT NULL;

-- How somebody wants their pages: a JSON text that the pages alone read.
CREATE TABLE preference (
    shard BIGINT NOT NULL,
    account BIGINT NOT NULL,
    settings TEXT NOT NULL,
    PRIMARY KEY (shard, account)
) WITHOUT ROWID;
