-- +goose NO TRANSACTION
-- +goose Up
-- The order list is slow without it.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_orders_user ON orders (user_id, created_at DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_orders_open ON orders (status) WHERE status = 'open';

-- +goose Down
DROP INDEX CONCURRENTLY IF EXISTS idx_orders_open;
DROP INDEX CONCURRENTLY IF EXISTS idx_orders_user;
