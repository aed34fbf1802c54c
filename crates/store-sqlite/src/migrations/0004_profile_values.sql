-- Values of unique profile fields.
CREATE TABLE held_values (
  realm TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  account BLOB NOT NULL,
  PRIMARY KEY (realm, field, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_values_by_account ON held_values (account, field);

-- When an account's owner last changed a field that may not change often.
CREATE TABLE changed_fields (
  account BLOB NOT NULL,
  field TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (account, field)
) STRICT, WITHOUT ROWID;
