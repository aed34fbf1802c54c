CREATE TABLE accounts (
  id BLOB NOT NULL PRIMARY KEY,
  realm TEXT NOT NULL,
  version INTEGER NOT NULL,
  password TEXT,
  profile TEXT NOT NULL,
  roles TEXT NOT NULL,
  must_change_password INTEGER NOT NULL,
  locked INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_login_at INTEGER,
  last_login_address TEXT
) STRICT;
CREATE INDEX accounts_by_realm ON accounts (realm, id);

CREATE TABLE identifiers (
  realm TEXT NOT NULL,
  kind TEXT NOT NULL,
  canonical TEXT NOT NULL,
  account BLOB NOT NULL,
  place INTEGER NOT NULL,
  written TEXT NOT NULL,
  verified INTEGER NOT NULL,
  PRIMARY KEY (realm, kind, canonical)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifiers_by_account ON identifiers (account, place);

CREATE TABLE public_ids (
  realm TEXT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  account BLOB NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY (realm, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX public_ids_by_account ON public_ids (account, place);

-- The last number that a realm's counter has given, or that an account brought along.
CREATE TABLE counters (
  realm TEXT NOT NULL PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id BLOB NOT NULL PRIMARY KEY,
  realm TEXT NOT NULL,
  contract TEXT NOT NULL,
  account BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  seed BLOB NOT NULL,
  rotated_at INTEGER NOT NULL,
  confirmed INTEGER NOT NULL,
  late_retry INTEGER,
  expires_at INTEGER NOT NULL,
  absolute_until INTEGER NOT NULL,
  access_until INTEGER,
  access_lifetime INTEGER,
  key_id TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  address TEXT NOT NULL,
  ended_at INTEGER,
  end_reason TEXT
) STRICT;
CREATE INDEX sessions_live ON sessions (account) WHERE ended_at IS NULL;

CREATE TABLE codes (
  id BLOB NOT NULL PRIMARY KEY,
  realm TEXT NOT NULL,
  purpose TEXT NOT NULL,
  destination TEXT NOT NULL,
  account BLOB,
  claims TEXT NOT NULL,
  mac BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  UNIQUE (realm, purpose, destination)
) STRICT;
CREATE INDEX codes_by_expiry ON codes (expires_at);

CREATE TABLE tallies (
  realm TEXT NOT NULL,
  key TEXT NOT NULL,
  count INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (realm, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX tallies_by_until ON tallies (until);

CREATE TABLE outbox (
  id BLOB NOT NULL PRIMARY KEY,
  realm TEXT NOT NULL,
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_due ON outbox (next_at);

CREATE TABLE keys (
  realm TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  active INTEGER NOT NULL,
  PRIMARY KEY (realm, kind, id)
) STRICT, WITHOUT ROWID;

-- Append only. `number` is the order of writing.
CREATE TABLE audit (
  number INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL,
  at INTEGER NOT NULL,
  realm TEXT NOT NULL,
  contract TEXT NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  account BLOB,
  session BLOB,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  request_id TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_realm ON audit (realm, number);
