-- What stands above the others, what is silent, and whom one does not want to hear.
ALTER TABLE conversations ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN is_muted INTEGER NOT NULL DEFAULT 0;

CREATE TABLE ignored (
    network INTEGER NOT NULL REFERENCES networks (id) ON DELETE CASCADE,
    nick TEXT NOT NULL,
    PRIMARY KEY (network, nick)
) STRICT, WITHOUT ROWID;
