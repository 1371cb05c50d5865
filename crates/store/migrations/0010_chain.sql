-- The attempts of a callback are a chain: the callback names the last, each the one before. The
-- index by callback was written at another place for every redial.
ALTER TABLE attempt ADD COLUMN nth BIGINT;
ALTER TABLE attempt ADD COLUMN prior BIGINT;
ALTER TABLE callback ADD COLUMN last_attempt BIGINT;
UPDATE attempt SET nth = chain.nth, prior = chain.prior
FROM (SELECT shard, id, row_number() OVER joined AS nth, lag(id) OVER joined AS prior
    FROM attempt WHERE callback IS NOT NULL
    WINDOW joined AS (PARTITION BY shard, callback ORDER BY id)) chain
WHERE attempt.shard = chain.shard AND attempt.id = chain.id;
UPDATE callback SET last_attempt = (
    SELECT max(attempt.id) FROM attempt
    WHERE attempt.shard = callback.shard AND attempt.callback = callback.id);
DROP INDEX attempt_callback;
