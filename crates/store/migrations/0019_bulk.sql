-- What somebody did with many callbacks by one word, how far it came, and each that it touched.
CREATE TABLE bulk (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    action TEXT NOT NULL,
    preview BIGINT,
    tenant BIGINT,
    queue BIGINT,
    class TEXT,
    kind TEXT,
    opened_before_ms BIGINT,
    until_ms BIGINT,
    because TEXT NOT NULL,
    said_by TEXT,
    request_key TEXT NOT NULL,
    begun_ms BIGINT NOT NULL,
    came_to BIGINT,
    touched BIGINT NOT NULL,
    at_work BIGINT NOT NULL,
    ended_ms BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX bulk_request ON bulk (shard, request_key);
CREATE INDEX bulk_at_work ON bulk (shard, id) WHERE ended_ms IS NULL;
CREATE TABLE bulk_entry (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    bulk BIGINT NOT NULL,
    callback BIGINT NOT NULL,
    was_ms BIGINT NOT NULL,
    set_ms BIGINT NOT NULL,
    fate TEXT NOT NULL,
    settled_ms BIGINT,
    settled_by TEXT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX bulk_entry_bulk ON bulk_entry (shard, bulk, id);
