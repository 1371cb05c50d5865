-- Operators and seats are taken out of service, and their rows stay: history names them.
ALTER TABLE seat ADD COLUMN removed_ms BIGINT;
ALTER TABLE operator ADD COLUMN removed_ms BIGINT;
