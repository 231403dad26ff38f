---- down migration
DROP INDEX idx_a;
DROP INDEX idx_b;
-- UP   migration
CREATE INDEX CONCURRENTLY idx_a ON a (x);
