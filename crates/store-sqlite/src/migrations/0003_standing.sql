-- Whether an account may sign in: its status, a lock with an end, an end of its own.
ALTER TABLE accounts ADD COLUMN status TEXT NOT NULL DEFAULT 'active';
ALTER TABLE accounts ADD COLUMN status_reason TEXT;
ALTER TABLE accounts ADD COLUMN locked_until INTEGER;
ALTER TABLE accounts ADD COLUMN lock_reason TEXT;
ALTER TABLE accounts ADD COLUMN expires_at INTEGER;
