-- A password for once holds until then. Names and numbers that operators may dial or transfer to; what
-- is removed keeps its row, because the log of access names it. Days on which a calendar is shut beside
-- those of the configuration, or open at other hours: dates by the clock of the calendar, first and last
-- included; without hours it is shut, without a calendar it is every one of the tenant.
ALTER TABLE account ADD COLUMN once_until_ms BIGINT;

CREATE TABLE directory_entry (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    number TEXT NOT NULL,
    tenant BIGINT,
    note TEXT,
    created_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    removed_ms BIGINT,
    removed_by TEXT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX directory_entry_name ON directory_entry (shard, name) WHERE removed_ms IS NULL;

CREATE TABLE special_day (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    tenant BIGINT NOT NULL,
    calendar TEXT,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    hours TEXT,
    reason TEXT,
    made_ms BIGINT NOT NULL,
    made_by TEXT,
    removed_ms BIGINT,
    removed_by TEXT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX special_day_held ON special_day (shard, id) WHERE removed_ms IS NULL;
