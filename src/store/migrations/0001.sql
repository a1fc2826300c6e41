-- The first tables.
CREATE TABLE networks (
    position INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    encrypt INTEGER NOT NULL,
    pin TEXT,
    display_name TEXT NOT NULL,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE conversations (
    position INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE,
    network INTEGER NOT NULL REFERENCES networks (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    topic TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    is_complete INTEGER NOT NULL,
    read_time_ms INTEGER,
    read_msgid TEXT,
    draft TEXT NOT NULL
) STRICT;
CREATE INDEX conversations_of_network ON conversations (network);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    msgid TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    nick TEXT NOT NULL,
    display_name TEXT,
    kind INTEGER NOT NULL,
    text TEXT NOT NULL,
    is_own INTEGER NOT NULL,
    is_mention INTEGER NOT NULL,
    send_id TEXT,
    UNIQUE (conversation, msgid)
) STRICT;
CREATE INDEX messages_in_order ON messages (conversation, time_ms, msgid);
CREATE UNIQUE INDEX messages_sent_once ON messages (conversation, send_id)
    WHERE send_id IS NOT NULL;

CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    send_id TEXT NOT NULL UNIQUE,
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    is_action INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    failure TEXT
) STRICT;
CREATE INDEX outbox_of_conversation ON outbox (conversation);
