-- Requests that came with a key of their own, so that a repetition is answered and not carried out again.
-- Of key and body digests are kept; an answer that tells a secret is not kept at all.
CREATE TABLE request (
    shard BIGINT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    begun_ms BIGINT NOT NULL,
    status BIGINT,
    answer TEXT,
    PRIMARY KEY (shard, key)
) WITHOUT ROWID;
CREATE INDEX request_begun ON request (shard, begun_ms);

-- What was done beside a conversation is shown with its call and its callback.
CREATE INDEX side_call_attempt ON side_call (shard, attempt) WHERE attempt IS NOT NULL;
CREATE INDEX side_call_callback ON side_call (shard, callback) WHERE callback IS NOT NULL;
