CREATE TABLE server_ban (
    id     INTEGER PRIMARY KEY,
    mask   TEXT    NOT NULL UNIQUE,
    reason TEXT    NOT NULL,
    setter TEXT    NOT NULL,
    made   INTEGER NOT NULL,
    until  INTEGER
) STRICT;
