CREATE TABLE room (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL,
    made         INTEGER NOT NULL,
    lasting      INTEGER NOT NULL CHECK (lasting IN (0, 1)),
    topic        TEXT,
    topic_setter TEXT,
    topic_time   INTEGER
) STRICT;

CREATE TABLE message (
    id          INTEGER PRIMARY KEY,
    room        INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    msgid       BLOB    NOT NULL UNIQUE CHECK (length(msgid) = 16),
    time        INTEGER NOT NULL,
    source      TEXT    NOT NULL,
    account     TEXT,
    kind        INTEGER NOT NULL,
    target      TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    client_tags TEXT    NOT NULL,
    UNIQUE (room, seq)
) STRICT;

CREATE INDEX message_by_time ON message (room, time, seq);

CREATE TABLE sent (
    seq        INTEGER PRIMARY KEY,
    device_key BLOB    NOT NULL CHECK (length(device_key) = 32),
    send_id    TEXT    NOT NULL,
    msgid      BLOB    NOT NULL CHECK (length(msgid) = 16),
    time       INTEGER NOT NULL,
    UNIQUE (device_key, send_id)
) STRICT;

CREATE INDEX sent_by_time ON sent (time);
