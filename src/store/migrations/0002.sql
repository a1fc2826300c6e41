-- What a message answers.
ALTER TABLE messages ADD COLUMN reply_to TEXT;
ALTER TABLE outbox ADD COLUMN reply_to TEXT;
