CREATE INDEX CONCURRENTLY idx_lost ON t (a);
-- +goose Up
CREATE INDEX CONCURRENTLY idx_kept ON t (b);
