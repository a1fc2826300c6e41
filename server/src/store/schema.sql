-- The store as it is today, for reading. Databases are made by the numbered files in migrations/, one after the other;
-- a test holds this page against what they make.

-- A room's life. AUTOINCREMENT, so that an identifier is never given twice, even after its room ended.
CREATE TABLE room (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL, -- canonical, with '#'
    made         INTEGER NOT NULL, -- milliseconds since 1970, UTC, like every time here
    lasting      INTEGER NOT NULL CHECK (lasting IN (0, 1)),
    topic        TEXT,             -- all three topic columns are set, or none
    topic_setter TEXT,
    topic_time   INTEGER,
    modes        TEXT    NOT NULL DEFAULT 'nt', -- letters of those without a parameter
    door_key     TEXT,             -- +k
    people_limit INTEGER,          -- +l
    slow_seconds INTEGER,          -- +S
    founder      TEXT,             -- the account that made it,
    founder_key  BLOB,             -- or SHA-256 of the public key of the guest's device that did
    used         INTEGER NOT NULL DEFAULT 0 -- when somebody was last in it, exact to a day
) STRICT;

-- A room's lists: bans, exceptions and who needs no invitation.
CREATE TABLE room_entry (
    id     INTEGER PRIMARY KEY, -- in the order of setting
    room   INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    kind   TEXT    NOT NULL, -- the list's mode letter
    mask   TEXT    NOT NULL,
    setter TEXT    NOT NULL, -- nick!user@host
    time   INTEGER NOT NULL,
    UNIQUE (room, kind, mask)
) STRICT;

-- What was said and what happened. `seq` counts within a room, in the order of the commits, and `time` does not go back along
-- it, unless the clock was wrong by far. `id` is the rowid and never changes; the index of words points at it. What concerns several rooms has a row in each.
CREATE TABLE message (
    id          INTEGER PRIMARY KEY,
    room        INTEGER NOT NULL, -- there, or ended; the server adds none to a room that is not there
    seq         INTEGER NOT NULL,
    msgid       BLOB    NOT NULL CHECK (length(msgid) = 16), -- big-endian
    time        INTEGER NOT NULL,
    source      TEXT    NOT NULL, -- nick!user@host
    account     TEXT,
    author      BLOB    CHECK (length(author) = 16), -- what tells whose words they are, whatever nick they bear
    kind        INTEGER NOT NULL, -- 0 PRIVMSG, 1 NOTICE, 2 TAGMSG, 3 JOIN, 4 PART, 5 QUIT, 6 KICK, 7 NICK, 8 TOPIC, 9 MODE,
                                  -- 10 RENAME, 11 REDACT, 12 taken back: nothing of it but its place is left
    target      TEXT    NOT NULL, -- what these two hold for each kind, StoredMessage tells
    text        TEXT    NOT NULL, -- of a batch: its lines, each ended by LF, or by CR where the next goes on within it
    client_tags TEXT    NOT NULL, -- as on the wire, possibly empty
    UNIQUE (room, seq), -- every page of history is one range of this
    UNIQUE (msgid, room)
) STRICT;

-- Tells where in a room's sequence a time falls.
CREATE INDEX message_by_time ON message (room, time, seq);

-- Or of this, for those who want only what was said.
CREATE INDEX message_said ON message (room, seq) WHERE kind <= 1;

-- Which words stand in which message; only the words are here, not the texts, and each is a word of its room: what is said
-- elsewhere makes no search slower, by which one could tell that it was said. room_words is the server's own function
-- (words.rs): whatever else takes messages away fails at it, and cannot leave the index wrong. What is added is added by
-- the server in a statement of its own, since within a trigger FTS5 would write to disk for each message.
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

-- Rooms that are gone, while messages of theirs are left; those are deleted in shares.
CREATE TABLE ended_room (
    room INTEGER PRIMARY KEY
) STRICT;

CREATE TRIGGER room_ended AFTER DELETE ON room BEGIN
    INSERT INTO ended_room (room) VALUES (old.id);
END;

-- Which messages of a device were taken already. Old ones are pruned by time and by count.
CREATE TABLE sent (
    seq        INTEGER PRIMARY KEY,
    device_key BLOB    NOT NULL CHECK (length(device_key) = 32), -- SHA-256 of its public key; or what stands for an account
    send_id    TEXT    NOT NULL,
    msgid      BLOB    NOT NULL CHECK (length(msgid) = 16),
    time       INTEGER NOT NULL,
    target     TEXT, -- to whom, folded; NULL in what was sent before this was kept
    UNIQUE (device_key, send_id)
) STRICT;

CREATE INDEX sent_by_time ON sent (time);

-- Who may use a registered name. AUTOINCREMENT, so that nobody ever inherits what another account of the same name had.
CREATE TABLE account (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT    NOT NULL UNIQUE, -- canonical
    made     INTEGER NOT NULL,
    verifier TEXT    NOT NULL -- SCRAM-SHA-256$ITERATIONS:SALT$STORED:SERVER; the password itself is nowhere
) STRICT;

-- The keys that sign in by themselves (SASL EXTERNAL).
CREATE TABLE device (
    key     BLOB    PRIMARY KEY CHECK (length(key) = 32), -- SHA-256 of its public key
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    added   INTEGER NOT NULL
) STRICT;

CREATE INDEX device_by_account ON device (account, added);

-- Invites that nobody has used yet.
CREATE TABLE invite (
    hash     BLOB    PRIMARY KEY CHECK (length(hash) = 32), -- SHA-256 of its code
    made     INTEGER NOT NULL,
    note     TEXT    NOT NULL,
    name     TEXT, -- whom it is reserved for, if anybody
    verifier TEXT  -- and then what is kept of its code, which is the first password
) STRICT;

-- One row, drawn when the folder was new: what the salts shown for names that nobody has are made of.
CREATE TABLE secret (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    bytes BLOB    NOT NULL CHECK (length(bytes) = 32)
) STRICT;

-- A private conversation of two accounts. Its messages hang on a room without a name, which no list of rooms shows.
CREATE TABLE conversation (
    room INTEGER PRIMARY KEY REFERENCES room (id) ON DELETE CASCADE,
    low  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE, -- of the two accounts, the older
    high INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    UNIQUE (low, high),
    CHECK (low <= high)
) STRICT;

-- Which rooms an account's person is in again at the next sign-in, in the order of coming.
CREATE TABLE kept_room (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    room    INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    since   INTEGER NOT NULL DEFAULT 0, -- when they came; before this column was there, 0
    UNIQUE (account, room)
) STRICT;

CREATE INDEX kept_room_by_room ON kept_room (room);

-- How far an account's person has read (draft/read-marker): in a room, or of what the two accounts said to each other.
CREATE TABLE read_marker (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    room    INTEGER REFERENCES room (id) ON DELETE CASCADE,
    other   INTEGER REFERENCES account (id) ON DELETE CASCADE,
    time    INTEGER NOT NULL, -- of the last message that was read
    UNIQUE (account, room),
    UNIQUE (account, other),
    CHECK ((room IS NULL) <> (other IS NULL))
) STRICT;

CREATE INDEX read_marker_by_room ON read_marker (room);
CREATE INDEX read_marker_by_other ON read_marker (other);

-- What rooms and accounts have under keys (draft/metadata-2).
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

-- What accounts' people may do in rooms that last, but for founders.
CREATE TABLE room_rank (
    room    INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    ranks   TEXT    NOT NULL, -- mode letters: o, h, v
    PRIMARY KEY (room, account)
) STRICT;

CREATE INDEX room_rank_by_account ON room_rank (account);

-- Whom the server does not let in.
CREATE TABLE server_ban (
    id     INTEGER PRIMARY KEY, -- in the order of setting
    mask   TEXT    NOT NULL UNIQUE, -- a name, an account or addresses, in canonical spelling
    reason TEXT    NOT NULL, -- what they are told, possibly empty
    setter TEXT    NOT NULL, -- nick!user@host, or 'operator'
    made   INTEGER NOT NULL,
    until  INTEGER -- when it ends; NULL for never
) STRICT;
