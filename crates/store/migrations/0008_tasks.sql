-- Work without a call. The row is its own lease: at most one task is offered to a seat or done there.
CREATE TABLE task (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    tenant BIGINT NOT NULL,
    queue BIGINT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('waiting', 'offered', 'doing', 'done', 'withdrawn')),
    created_ms BIGINT NOT NULL,
    due_ms BIGINT,
    interruptible BIGINT NOT NULL,
    owner BIGINT,
    seat BIGINT,
    operator BIGINT,
    since_ms BIGINT NOT NULL,
    lease_until_ms BIGINT,
    closed_ms BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
-- Not unique: a commit keeps the last image of each row, and by those a task may come to a seat
-- before another has left it. The audit looks for two.
CREATE INDEX task_seat ON task (shard, seat) WHERE state IN ('offered', 'doing');
CREATE INDEX task_open ON task (shard, id) WHERE closed_ms IS NULL;

-- What has happened to it; written once.
CREATE TABLE task_event (
    shard BIGINT NOT NULL,
    task BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    seat BIGINT,
    operator BIGINT,
    PRIMARY KEY (shard, task, id)
) WITHOUT ROWID;
