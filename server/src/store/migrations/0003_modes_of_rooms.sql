ALTER TABLE room ADD COLUMN modes TEXT NOT NULL DEFAULT 'nt';
ALTER TABLE room ADD COLUMN door_key TEXT;
ALTER TABLE room ADD COLUMN people_limit INTEGER;
ALTER TABLE room ADD COLUMN slow_seconds INTEGER;
ALTER TABLE room ADD COLUMN founder TEXT;
ALTER TABLE room ADD COLUMN founder_key BLOB;

CREATE TABLE room_entry (
    id     INTEGER PRIMARY KEY,
    room   INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    kind   TEXT    NOT NULL,
    mask   TEXT    NOT NULL,
    setter TEXT    NOT NULL,
    time   INTEGER NOT NULL,
    UNIQUE (room, kind, mask)
) STRICT;
