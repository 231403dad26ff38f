-- Deploy shop:idx_orders to pg
-- requires: orders

CREATE INDEX CONCURRENTLY idx_orders_user ON orders (user_id);
