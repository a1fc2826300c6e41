CREATE TABLE kept_room (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    room    INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    UNIQUE (account, room)
) STRICT;

CREATE INDEX kept_room_by_room ON kept_room (room);
