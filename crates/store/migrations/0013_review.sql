-- Callbacks that were given up: whether somebody has looked at them. Those of before have no row: a
-- history of years would be a list that nobody can read.
CREATE TABLE callback_review (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    tenant BIGINT NOT NULL,
    closed_ms BIGINT NOT NULL,
    seen_ms BIGINT,
    seen_by TEXT,
    reopened_as BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX callback_unseen ON callback_review (shard, id) WHERE seen_ms IS NULL;
