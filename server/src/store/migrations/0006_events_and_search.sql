DROP INDEX message_by_time;
ALTER TABLE message RENAME TO spoken;

CREATE TABLE message (
    id          INTEGER PRIMARY KEY,
    room        INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    msgid       BLOB    NOT NULL CHECK (length(msgid) = 16),
    time        INTEGER NOT NULL,
    source      TEXT    NOT NULL,
    account     TEXT,
    author      BLOB    CHECK (length(author) = 16),
    kind        INTEGER NOT NULL,
    target      TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    client_tags TEXT    NOT NULL,
    UNIQUE (room, seq),
    UNIQUE (msgid, room)
) STRICT;

CREATE INDEX message_by_time ON message (room, time, seq);

CREATE INDEX message_said ON message (room, seq) WHERE kind <= 1;

CREATE VIRTUAL TABLE message_words USING fts5 (
    words,
    content = '',
    columnsize = 0,
    tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TRIGGER message_taken_back AFTER UPDATE OF kind, text ON message WHEN old.kind <= 1 BEGIN
    INSERT INTO message_words (message_words, rowid, words)
    VALUES ('delete', old.id, search_words(old.text));
END;

CREATE TRIGGER message_forgotten AFTER DELETE ON message WHEN old.kind <= 1 BEGIN
    INSERT INTO message_words (message_words, rowid, words)
    VALUES ('delete', old.id, search_words(old.text));
END;

INSERT INTO message
    (id, room, seq, msgid, time, source, account, kind, target, text, client_tags)
SELECT id, room, seq, msgid, time, source, account, kind, target, text, client_tags
FROM spoken ORDER BY id;

INSERT INTO message_words (rowid, words)
SELECT id, search_words(text) FROM message WHERE kind <= 1 ORDER BY id;

DROP TABLE spoken;

CREATE TABLE ended_room (
    room INTEGER PRIMARY KEY
) STRICT;

CREATE TRIGGER room_ended AFTER DELETE ON room BEGIN
    INSERT INTO ended_room (room) VALUES (old.id);
END;
