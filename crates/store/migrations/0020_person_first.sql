-- Who is on the line first in a call of ours, and when the person asked for an operator. A dial whose
-- person is first has seat 0 until an operator is joined to them.
ALTER TABLE dial ADD COLUMN who_first TEXT NOT NULL DEFAULT 'operator_first';
ALTER TABLE dial ADD COLUMN pressed_ms BIGINT;
