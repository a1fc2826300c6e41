ALTER TABLE room ADD COLUMN used INTEGER NOT NULL DEFAULT 0;

UPDATE room SET used = max(
    made,
    coalesce((SELECT max(time) FROM message WHERE message.room = room.id), 0)
);
