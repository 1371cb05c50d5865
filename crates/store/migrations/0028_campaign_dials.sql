-- Who is on the line first when the people of a list are called, and the number that they are shown; as
-- the queue says, without.
ALTER TABLE campaign ADD COLUMN who_first TEXT
    CHECK (who_first IN ('operator_first', 'person_first'));
ALTER TABLE campaign ADD COLUMN cli TEXT;
