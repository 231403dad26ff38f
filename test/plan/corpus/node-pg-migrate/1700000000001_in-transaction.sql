-- Up Migration
CREATE INDEX CONCURRENTLY idx_orders_state ON orders (state);
-- no transaction

-- Down Migration
