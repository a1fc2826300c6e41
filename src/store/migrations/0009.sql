-- Rooms that we were put out of, or left on another device: open, but not to be gone into unasked.
ALTER TABLE conversations ADD COLUMN is_left INTEGER NOT NULL DEFAULT 0;
