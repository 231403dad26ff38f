-- Index for the order history, partition by partition (runbook 12)

CREATE INDEX IF NOT EXISTS orders_customer_idx ON ONLY orders (customer_id, placed_at);

CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_2025_customer_idx ON orders_2025 (customer_id, placed_at);
ALTER INDEX orders_customer_idx ATTACH PARTITION orders_2025_customer_idx;

CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_2026_customer_idx ON orders_2026 (customer_id, placed_at);
ALTER INDEX orders_customer_idx ATTACH PARTITION orders_2026_customer_idx;

ANALYZE orders;
