-- Whose session asked for what the trail tells.
ALTER TABLE audit ADD COLUMN caller BLOB;
-- The order in which administrators may list accounts; that of creation has an index, that of identifiers too.
CREATE INDEX accounts_by_update ON accounts (realm, updated_at, id);
