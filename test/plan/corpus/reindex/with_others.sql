-- collation update after the move to a new glibc
DROP INDEX CONCURRENTLY IF EXISTS idx_names_old;
CREATE INDEX CONCURRENTLY idx_names ON names (name);
REINDEX INDEX CONCURRENTLY idx_names;
REINDEX INDEX CONCURRENTLY idx_names_old;
REINDEX INDEX CONCURRENTLY idx_places;
REINDEX INDEX CONCURRENTLY idx_places;
DROP INDEX CONCURRENTLY idx_places;
SELECT count(*) FROM names;
