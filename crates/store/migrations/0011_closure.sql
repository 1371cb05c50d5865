-- Stop buttons: what somebody stopped, closed or opened, for a queue, a health authority or, with
-- neither, the region. The planned end is ends_ms, the real one until_ms.
CREATE TABLE closure (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    button TEXT NOT NULL,
    tenant BIGINT,
    queue BIGINT,
    since_ms BIGINT NOT NULL,
    ends_ms BIGINT,
    until_ms BIGINT,
    supervisor TEXT,
    reason TEXT,
    message TEXT,
    released_by TEXT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX closure_pressed ON closure
    (shard, button, COALESCE(tenant, 0), COALESCE(queue, 0)) WHERE until_ms IS NULL;
