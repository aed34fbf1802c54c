-- What the client called its device at sign-in, and whether the session outlives the browser.
ALTER TABLE sessions ADD COLUMN device TEXT;
ALTER TABLE sessions ADD COLUMN remembered INTEGER NOT NULL DEFAULT 1;
