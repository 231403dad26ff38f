--! Previous: sha1:b
--! Hash: sha1:c
--! Message: late's

-- too late for it
--! no-transaction
CREATE INDEX CONCURRENTLY idx_late ON streams (user_id);
