-- Signs that people put to messages. A row stays when one is taken back: of what comes late, the newer counts.
CREATE TABLE reactions (
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    msgid TEXT NOT NULL,
    sign TEXT NOT NULL,
    nick_key TEXT NOT NULL,
    nick TEXT NOT NULL,
    display_name TEXT,
    is_own INTEGER NOT NULL,
    is_set INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    PRIMARY KEY (conversation, msgid, sign, nick_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX reactions_by_event ON reactions (conversation, event_id);

-- What was deleted, messages and reactions, whether it was known here or not.
CREATE TABLE deletions (
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    msgid TEXT NOT NULL,
    nick TEXT NOT NULL,
    display_name TEXT,
    reason TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    PRIMARY KEY (conversation, msgid)
) STRICT, WITHOUT ROWID;
