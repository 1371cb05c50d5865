-- The health authority that an operator belongs to; nobody's in rows, and in spills, of before.
ALTER TABLE operator ADD COLUMN home BIGINT;
