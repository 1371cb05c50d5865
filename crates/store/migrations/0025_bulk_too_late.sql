-- Callbacks that were not put off in bulk, because they would have been of no use any more by then.
ALTER TABLE bulk ADD COLUMN too_late BIGINT NOT NULL DEFAULT 0;
