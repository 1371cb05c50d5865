-- Which configuration was in force since when: the last one before a moment explains it.
CREATE TABLE config_version (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (shard, id)
);
