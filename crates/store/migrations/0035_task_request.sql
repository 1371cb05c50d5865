-- By which key tasks were asked for: the same request again adds nothing.
ALTER TABLE task ADD COLUMN request_key TEXT;
CREATE INDEX task_request ON task (shard, request_key) WHERE request_key IS NOT NULL;
