-- Who we are on a server besides a guest, and what is known of it.
ALTER TABLE networks ADD COLUMN account TEXT;
ALTER TABLE networks ADD COLUMN has_device INTEGER NOT NULL DEFAULT 0;
ALTER TABLE networks ADD COLUMN is_checked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE networks ADD COLUMN is_majlis INTEGER NOT NULL DEFAULT 0;
ALTER TABLE networks ADD COLUMN has_scram INTEGER NOT NULL DEFAULT 0;
ALTER TABLE networks ADD COLUMN stays_offline INTEGER NOT NULL DEFAULT 0;
