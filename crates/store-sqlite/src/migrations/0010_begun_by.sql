-- The action that began a session. Of those from before this was kept, nearly all began with a sign-in.
ALTER TABLE sessions ADD COLUMN begun_by TEXT NOT NULL DEFAULT 'login';
