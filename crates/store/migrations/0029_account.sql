-- Who may look and act through pages and API, and what they did. Of passwords, sessions and tokens only
-- digests are kept. What is removed or revoked keeps its row, because the log of access names it.
CREATE TABLE account (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    tenant BIGINT,
    employer TEXT,
    operator BIGINT,
    password TEXT NOT NULL,
    must_change BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    removed_ms BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX account_name ON account (shard, name) WHERE removed_ms IS NULL;

CREATE TABLE session (
    shard BIGINT NOT NULL,
    digest TEXT NOT NULL,
    account BIGINT NOT NULL,
    begun_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (shard, digest)
) WITHOUT ROWID;
CREATE INDEX session_account ON session (shard, account);

CREATE TABLE access_token (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    role TEXT NOT NULL,
    tenant BIGINT,
    employer TEXT,
    created_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    ends_ms BIGINT,
    revoked_ms BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX access_token_digest ON access_token (shard, digest);
CREATE UNIQUE INDEX access_token_name ON access_token (shard, name) WHERE revoked_ms IS NULL;

CREATE TABLE access_log (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    who TEXT NOT NULL,
    role TEXT,
    origin TEXT,
    act TEXT NOT NULL,
    about TEXT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX access_log_who ON access_log (shard, who, id);
