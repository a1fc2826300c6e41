CREATE TABLE read_marker (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    room    INTEGER REFERENCES room (id) ON DELETE CASCADE,
    other   INTEGER REFERENCES account (id) ON DELETE CASCADE,
    time    INTEGER NOT NULL,
    UNIQUE (account, room),
    UNIQUE (account, other),
    CHECK ((room IS NULL) <> (other IS NULL))
) STRICT;

CREATE INDEX read_marker_by_room ON read_marker (room);
CREATE INDEX read_marker_by_other ON read_marker (other);
