-- The four digits that a person was told when a call was promised; emptied when it is closed.
CREATE TABLE code_word (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    code BIGINT,
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX code_word_open ON code_word (shard, id) WHERE code IS NOT NULL;
