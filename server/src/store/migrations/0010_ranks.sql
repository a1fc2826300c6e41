CREATE TABLE room_rank (
    room    INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    ranks   TEXT    NOT NULL,
    PRIMARY KEY (room, account)
) STRICT;

CREATE INDEX room_rank_by_account ON room_rank (account);
