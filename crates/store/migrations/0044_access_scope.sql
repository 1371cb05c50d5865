-- Whose people an entry is about, so that each health authority sees its own; and what was not done. An
-- entry of before says neither.
ALTER TABLE access_log ADD COLUMN tenant TEXT;
ALTER TABLE access_log ADD COLUMN refused BIGINT;
