-- A start reads every open callback in the order of their identifiers. The one by place had a
-- summary for its only reader, and was written twice for every callback.
CREATE INDEX callback_open ON callback (shard, id) WHERE state <> 'closed';
DROP INDEX callback_waiting;
