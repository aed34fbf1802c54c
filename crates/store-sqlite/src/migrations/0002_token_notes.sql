-- Tokens that carry no id of ours: each is found by a keyed digest. One per session, gone with its row.
CREATE TABLE token_notes (
  realm TEXT NOT NULL,
  digest BLOB NOT NULL,
  session BLOB NOT NULL UNIQUE,
  generation INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (realm, digest)
) STRICT, WITHOUT ROWID;
