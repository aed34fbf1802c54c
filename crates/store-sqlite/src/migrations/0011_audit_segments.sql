-- The sealed parts of the audit trail, in order. `packed` holds the numbers and digests of their events.
CREATE TABLE audit_segments (
  number INTEGER NOT NULL PRIMARY KEY,
  last INTEGER NOT NULL,
  sealed_at INTEGER NOT NULL,
  packed BLOB NOT NULL,
  chain BLOB NOT NULL,
  seal BLOB NOT NULL,
  pruned BLOB
) STRICT;
