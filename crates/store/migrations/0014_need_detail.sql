-- What only a few needs have: those that somebody entered by hand, and those that somebody closed.
CREATE TABLE need_detail (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    callback BIGINT NOT NULL,
    class TEXT,
    due_ms BIGINT,
    not_before_ms BIGINT,
    note TEXT,
    opened_by TEXT,
    request_key TEXT,
    closed_by TEXT,
    closed_because TEXT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX need_detail_callback ON need_detail (shard, callback);
CREATE INDEX need_detail_request ON need_detail (shard, request_key) WHERE request_key IS NOT NULL;
