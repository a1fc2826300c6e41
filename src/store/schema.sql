-- The tables of the local archive as they are today. The program makes them by the numbered files
-- under migrations/; a test asserts that both come to the same.

-- A server, and who we are there.
CREATE TABLE networks (
    -- The order in which they were added.
    position INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    encrypt INTEGER NOT NULL,
    -- The trusted key's fingerprint in hexadecimal.
    pin TEXT,
    display_name TEXT NOT NULL,
    -- What the network calls itself; empty until it told.
    name TEXT NOT NULL,
    -- The account that we sign in to; NULL for a guest.
    account TEXT,
    -- Whether the server knows this device's key as one of the account's.
    has_device INTEGER NOT NULL DEFAULT 0,
    -- Whether a person or their link vouched for the key.
    is_checked INTEGER NOT NULL DEFAULT 0,
    -- Whether it turned out to be a server of Majlis, which hashes passwords well.
    is_majlis INTEGER NOT NULL DEFAULT 0,
    -- Whether it ever offered SCRAM, so that it is never told a password.
    has_scram INTEGER NOT NULL DEFAULT 0,
    -- Whether the person wants to be away from it until they say otherwise.
    stays_offline INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A room or a person. What was said there outlives its being open.
CREATE TABLE conversations (
    -- The order in which they were added.
    position INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE,
    network INTEGER NOT NULL REFERENCES networks (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    topic TEXT NOT NULL,
    -- Whether it is shown; an open room is one to be in.
    is_open INTEGER NOT NULL,
    -- Whether the server has nothing older than the archive.
    is_complete INTEGER NOT NULL,
    -- The newest message that was read: both or neither.
    read_time_ms INTEGER,
    read_msgid TEXT,
    draft TEXT NOT NULL,
    -- Whether it stands above the others.
    is_pinned INTEGER NOT NULL DEFAULT 0,
    -- Whether nobody wants to be told of what is said there.
    is_muted INTEGER NOT NULL DEFAULT 0,
    -- The password that a room wants from whoever comes in, where it was given.
    room_key TEXT,
    -- Whether it is a room that we were put out of, or left on another device, and that is not to be gone into unasked.
    is_left INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX conversations_of_network ON conversations (network);

-- Whom one does not want to hear, by their folded nicks.
CREATE TABLE ignored (
    network INTEGER NOT NULL REFERENCES networks (id) ON DELETE CASCADE,
    nick TEXT NOT NULL,
    PRIMARY KEY (network, nick)
) STRICT, WITHOUT ROWID;

-- What was said, once each. The place in the order is (time_ms, nth, msgid).
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    msgid TEXT NOT NULL,
    -- Milliseconds since 1970.
    time_ms INTEGER NOT NULL,
    nick TEXT NOT NULL,
    display_name TEXT,
    -- 0 text, 1 action, 2 notice.
    kind INTEGER NOT NULL,
    text TEXT NOT NULL,
    is_own INTEGER NOT NULL,
    -- Whether it named us when it came.
    is_mention INTEGER NOT NULL,
    -- What we had called it, if it went out from here.
    send_id TEXT,
    -- The identifier of the message that it answers.
    reply_to TEXT,
    -- Its place among those of its millisecond: further on what came later, further back what is of an older page. Servers'
    -- identifiers need not tell it.
    nth INTEGER NOT NULL DEFAULT 0,
    UNIQUE (conversation, msgid)
) STRICT;
CREATE INDEX messages_in_order ON messages (conversation, time_ms, nth, msgid);
CREATE UNIQUE INDEX messages_sent_once ON messages (conversation, send_id)
    WHERE send_id IS NOT NULL;

-- The words of what was said, each as it is looked up; no text is kept twice.
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

-- What was typed and not yet echoed, in the order in which it was typed.
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    send_id TEXT NOT NULL UNIQUE,
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    is_action INTEGER NOT NULL,
    -- When it was typed, in milliseconds since 1970.
    created_ms INTEGER NOT NULL,
    -- Why it was refused for good; NULL while it is pending.
    failure TEXT,
    -- The identifier of the message that it answers.
    reply_to TEXT,
    -- Whether it may have been sent: noted before it is.
    is_noted INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX outbox_of_conversation ON outbox (conversation);

-- Signs that people put to messages. A row stays when one is taken back: of what comes late, the newer counts.
CREATE TABLE reactions (
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    -- The message's identifier; the message may be unknown here.
    msgid TEXT NOT NULL,
    -- Usually an emoji.
    sign TEXT NOT NULL,
    -- The nick as names are compared.
    nick_key TEXT NOT NULL,
    nick TEXT NOT NULL,
    display_name TEXT,
    is_own INTEGER NOT NULL,
    -- Whether it was put there; otherwise it was taken back.
    is_set INTEGER NOT NULL,
    -- Milliseconds since 1970.
    time_ms INTEGER NOT NULL,
    -- The identifier of the reaction itself.
    event_id TEXT NOT NULL,
    PRIMARY KEY (conversation, msgid, sign, nick_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX reactions_by_event ON reactions (conversation, event_id);

-- What was deleted, messages and reactions, whether it was known here or not. A deleted message's text is empty.
CREATE TABLE deletions (
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    -- The identifier of the message or the reaction.
    msgid TEXT NOT NULL,
    -- Who deleted it.
    nick TEXT NOT NULL,
    display_name TEXT,
    reason TEXT NOT NULL,
    -- Milliseconds since 1970.
    time_ms INTEGER NOT NULL,
    PRIMARY KEY (conversation, msgid)
) STRICT, WITHOUT ROWID;

-- What happened in rooms besides what was said, once each.
CREATE TABLE happened (
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL,
    -- Milliseconds since 1970.
    time_ms INTEGER NOT NULL,
    -- Who did it.
    nick TEXT NOT NULL,
    display_name TEXT,
    -- 0 joined, 1 left, 2 took another nick, 3 renamed the room, 4 set the topic, 5 removed somebody, 6 changed modes,
    -- 7 took a role away, 8 gave voice, 9 made an operator.
    kind INTEGER NOT NULL,
    -- To whom it was done, if to somebody.
    whom TEXT,
    whom_display_name TEXT,
    -- The new nick, name, topic, modes, or the reason; possibly empty.
    words TEXT NOT NULL,
    PRIMARY KEY (conversation, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX happened_in_order ON happened (conversation, time_ms, event_id);
