-- Of a key that another server had before: until when tokens are good that were made there.
ALTER TABLE keys ADD COLUMN legacy_until INTEGER;
