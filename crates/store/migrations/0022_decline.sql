-- Callbacks that operators handed back before the person was rung, and why. Settled when the callback
-- is closed; one of those that ask wants a human to look.
CREATE TABLE callback_decline (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    callback BIGINT NOT NULL,
    offer BIGINT NOT NULL,
    seat BIGINT NOT NULL,
    operator BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT,
    asks BIGINT,
    seen_ms BIGINT,
    seen_by TEXT,
    settled_ms BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX callback_decline_callback ON callback_decline (shard, callback, id);
CREATE INDEX callback_decline_open ON callback_decline (shard, id) WHERE settled_ms IS NULL;
CREATE INDEX callback_decline_unseen ON callback_decline (shard, callback)
    WHERE asks IS NOT NULL AND seen_ms IS NULL AND settled_ms IS NULL;
