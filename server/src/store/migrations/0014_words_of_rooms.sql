DROP TRIGGER message_taken_back;
DROP TRIGGER message_forgotten;
DROP TABLE message_words;

CREATE VIRTUAL TABLE message_words USING fts5 (
    words,
    content = '',
    columnsize = 0,
    tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TRIGGER message_taken_back AFTER UPDATE OF kind, text ON message WHEN old.kind <= 1 BEGIN
    INSERT INTO message_words (message_words, rowid, words)
    VALUES ('delete', old.id, room_words(old.room, old.text));
END;

CREATE TRIGGER message_forgotten AFTER DELETE ON message WHEN old.kind <= 1 BEGIN
    INSERT INTO message_words (message_words, rowid, words)
    VALUES ('delete', old.id, room_words(old.room, old.text));
END;

INSERT INTO message_words (rowid, words)
SELECT id, room_words(room, text) FROM message WHERE kind <= 1 ORDER BY id;
