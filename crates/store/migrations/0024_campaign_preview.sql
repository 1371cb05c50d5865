-- How long operators read about the people of a list before they are rung; as the queue says, without.
ALTER TABLE campaign ADD COLUMN preview_s BIGINT;
