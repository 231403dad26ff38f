SET lock_timeout = '5s';
-- migrate:up
CREATE INDEX CONCURRENTLY i1 ON t (a);
