-- Lists of people whom a health authority wants called. A campaign is loading until its list is whole;
-- nobody of a list that is not, or of a campaign that has ended, is called.
CREATE TABLE campaign (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    tenant BIGINT NOT NULL,
    queue BIGINT NOT NULL,
    name TEXT NOT NULL,
    class TEXT,
    due_ms BIGINT,
    note TEXT,
    hours TEXT,
    starts_ms BIGINT,
    ends_ms BIGINT,
    pace BIGINT NOT NULL,
    per_hour BIGINT,
    state TEXT NOT NULL
        CHECK (state IN ('loading', 'ready', 'running', 'paused', 'ended')),
    created_ms BIGINT NOT NULL,
    started_ms BIGINT,
    since_ms BIGINT NOT NULL,
    changed_by TEXT,
    ended_how TEXT,
    entries BIGINT NOT NULL,
    left_out BIGINT NOT NULL,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX campaign_name ON campaign (shard, name, id);

-- One of the people. Where need is set they are, or were, one of the needs of that callback.
CREATE TABLE campaign_entry (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    campaign BIGINT NOT NULL,
    number BIGINT NOT NULL,
    line BIGINT NOT NULL,
    from_ms BIGINT NOT NULL,
    due_ms BIGINT,
    note TEXT,
    reference TEXT,
    state TEXT NOT NULL,
    callback BIGINT,
    need BIGINT,
    released_ms BIGINT,
    settled_ms BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX campaign_entry_list ON campaign_entry (shard, campaign, id, state);
CREATE INDEX campaign_entry_waiting ON campaign_entry (shard, campaign, from_ms, id)
    WHERE state = 'waiting';
CREATE INDEX campaign_entry_released ON campaign_entry (shard, campaign, id)
    WHERE state = 'released';
