-- The centre's own word for the result of a conversation; the word that the rules know stands beside it.
ALTER TABLE assignment ADD COLUMN code TEXT;
