-- When the person of a callback wants to be called; emptied when it is closed.
CREATE TABLE chosen_time (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    from_ms BIGINT,
    until_ms BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX chosen_time_open ON chosen_time (shard, id) WHERE until_ms IS NOT NULL;
