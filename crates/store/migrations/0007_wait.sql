-- A wait that a caller on the line was told has no callback. SQLite cannot drop NOT NULL.
CREATE TABLE promise_told (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    callback BIGINT,
    attempt BIGINT NOT NULL,
    told_ms BIGINT NOT NULL,
    by_ms BIGINT NOT NULL,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
INSERT INTO promise_told (shard, id, seq, callback, attempt, told_ms, by_ms)
SELECT shard, id, seq, callback, attempt, told_ms, by_ms FROM promise;
DROP TABLE promise;
ALTER TABLE promise_told RENAME TO promise;
CREATE INDEX promise_callback ON promise (shard, callback);
CREATE INDEX promise_attempt ON promise (shard, attempt);
