-- Why each offer went to its seat; written once, under the offer's identifier.
CREATE TABLE decision (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    rules BIGINT NOT NULL,
    explanation TEXT NOT NULL,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
