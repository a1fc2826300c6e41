CREATE TABLE metadata (
    id      INTEGER PRIMARY KEY,
    room    INTEGER REFERENCES room (id) ON DELETE CASCADE,
    account INTEGER REFERENCES account (id) ON DELETE CASCADE,
    key     TEXT    NOT NULL,
    value   TEXT    NOT NULL,
    UNIQUE (room, key),
    UNIQUE (account, key),
    CHECK ((room IS NULL) <> (account IS NULL))
) STRICT;
