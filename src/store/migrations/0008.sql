-- Rooms with a password.
ALTER TABLE conversations ADD COLUMN room_key TEXT;
