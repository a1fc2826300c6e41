-- What happened in rooms besides what was said.
CREATE TABLE happened (
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    nick TEXT NOT NULL,
    display_name TEXT,
    kind INTEGER NOT NULL,
    whom TEXT,
    whom_display_name TEXT,
    words TEXT NOT NULL,
    PRIMARY KEY (conversation, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX happened_in_order ON happened (conversation, time_ms, event_id);
