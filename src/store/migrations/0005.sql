-- The index of words, by which what was said is found.
CREATE VIRTUAL TABLE message_words USING fts5 (
    words,
    content = '',
    columnsize = 0,
    tokenize = 'unicode61 remove_diacritics 2'
);
-- What was deleted leaves no words in it, either.
INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER message_said AFTER INSERT ON messages BEGIN
    INSERT INTO message_words (rowid, words) VALUES (new.id, search_words(new.text));
END;

CREATE TRIGGER message_changed AFTER UPDATE OF text ON messages BEGIN
    INSERT INTO message_words (message_words, rowid, words)
    VALUES ('delete', old.id, search_words(old.text));
    INSERT INTO message_words (rowid, words) VALUES (new.id, search_words(new.text));
END;

CREATE TRIGGER message_forgotten AFTER DELETE ON messages BEGIN
    INSERT INTO message_words (message_words, rowid, words)
    VALUES ('delete', old.id, search_words(old.text));
END;

INSERT INTO message_words (rowid, words) SELECT id, search_words(text) FROM messages ORDER BY id;
