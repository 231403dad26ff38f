-- Up Migration
-- no transaction
CREATE INDEX CONCURRENTLY idx_orders_customer ON orders (customer_id);

-- Down Migration
DROP INDEX CONCURRENTLY idx_orders_customer;
