-- What somebody has spoken to be heard in an emergency: A-law, 8 kHz, mono, in base64, because rows
-- travel as text to one database and in the spill. Two minutes are 1,280,000 letters. Erased when it
-- is in force no more.
CREATE TABLE announcement (
    shard BIGINT NOT NULL,
    id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    sound BIGINT NOT NULL,
    made_ms BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    seat BIGINT,
    erased_ms BIGINT,
    audio TEXT CHECK (length(audio) <= 1300000),
    PRIMARY KEY (shard, id)
) WITHOUT ROWID;
ALTER TABLE closure ADD COLUMN announcement BIGINT;
