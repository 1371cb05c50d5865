-- Numbers that somebody has marked: not to be called, or shared by many people; for a health authority
-- or, without one, the region. The planned end is ends_ms, the real one until_ms.
CREATE TABLE number_mark (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    number BIGINT NOT NULL,
    mark TEXT NOT NULL,
    tenant BIGINT,
    since_ms BIGINT NOT NULL,
    ends_ms BIGINT,
    until_ms BIGINT,
    supervisor TEXT,
    reason TEXT,
    released_by TEXT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX number_mark_held ON number_mark (shard, id) WHERE until_ms IS NULL;
