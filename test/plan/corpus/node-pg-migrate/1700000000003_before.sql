CREATE INDEX CONCURRENTLY idx_early ON a (x);
-- Up Migration
CREATE INDEX CONCURRENTLY idx_a ON a (x, y);
-- Down Migration
-- Up Migration
DROP INDEX idx_a;
