CREATE TABLE account (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT    NOT NULL UNIQUE,
    made     INTEGER NOT NULL,
    verifier TEXT    NOT NULL
) STRICT;

CREATE TABLE device (
    key     BLOB    PRIMARY KEY CHECK (length(key) = 32),
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    added   INTEGER NOT NULL
) STRICT;

CREATE INDEX device_by_account ON device (account, added);

CREATE TABLE invite (
    hash BLOB    PRIMARY KEY CHECK (length(hash) = 32),
    made INTEGER NOT NULL,
    note TEXT    NOT NULL
) STRICT;

CREATE TABLE secret (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    bytes BLOB    NOT NULL CHECK (length(bytes) = 32)
) STRICT;
