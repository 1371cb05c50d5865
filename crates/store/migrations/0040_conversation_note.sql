-- What an operator noted of somebody who is owed nothing: it is found by the number alone, as the conversation.
ALTER TABLE assignment ADD COLUMN note TEXT;
