-- When an account is removed that its owner has closed.
ALTER TABLE accounts ADD COLUMN closes_at INTEGER;
CREATE INDEX accounts_closing ON accounts (closes_at) WHERE closes_at IS NOT NULL;
