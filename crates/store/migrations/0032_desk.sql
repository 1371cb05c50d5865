-- What whoever leads tells operators, and who has read it; and the agreements with those who work here,
-- without which nobody's own figures are shown, nobody is listened to and nothing recorded. Of a memo,
-- target is the tenant, site, queue or seat that its audience names.
CREATE TABLE memo (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    audience TEXT NOT NULL,
    target BIGINT,
    words TEXT NOT NULL,
    written_by TEXT,
    made_ms BIGINT NOT NULL,
    ends_ms BIGINT NOT NULL,
    ended_ms BIGINT,
    ended_by TEXT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX memo_shown ON memo (shard, id) WHERE ended_ms IS NULL;

CREATE TABLE memo_reading (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    memo BIGINT NOT NULL,
    operator BIGINT NOT NULL,
    seat BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX memo_reading_memo ON memo_reading (shard, memo);

CREATE TABLE agreement (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    reached_on TEXT NOT NULL,
    protocol TEXT NOT NULL,
    per_operator_figures BIGINT NOT NULL,
    listening BIGINT NOT NULL,
    recording BIGINT NOT NULL,
    entered_ms BIGINT NOT NULL,
    entered_by TEXT NOT NULL,
    ended_ms BIGINT,
    ended_by TEXT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX agreement_in_force ON agreement (shard) WHERE ended_ms IS NULL;
