-- What waits and was never sent is known as such. Of what waits already, nobody knows.
ALTER TABLE outbox ADD COLUMN is_noted INTEGER NOT NULL DEFAULT 1;
