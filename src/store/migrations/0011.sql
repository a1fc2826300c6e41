-- Messages of one millisecond in the order in which they came; of those that are here, only identifiers tell it.
ALTER TABLE messages ADD COLUMN nth INTEGER NOT NULL DEFAULT 0;
DROP INDEX messages_in_order;
CREATE INDEX messages_in_order ON messages (conversation, time_ms, nth, msgid);
