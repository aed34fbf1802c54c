-- What the caller said of it, such as why an account is closed.
ALTER TABLE audit ADD COLUMN note TEXT;
