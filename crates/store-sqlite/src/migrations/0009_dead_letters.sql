-- Until when a mail is of use, why its last delivery failed, and since when it is given up.
ALTER TABLE outbox ADD COLUMN expires_at INTEGER;
ALTER TABLE outbox ADD COLUMN failure TEXT;
ALTER TABLE outbox ADD COLUMN dead_at INTEGER;
CREATE INDEX outbox_by_death ON outbox (dead_at) WHERE dead_at IS NOT NULL;
