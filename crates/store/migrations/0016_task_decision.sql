-- Which task was proposed, where it was one: its history is found by the task.
ALTER TABLE decision ADD COLUMN task BIGINT;
