CREATE INDEX CONCURRENTLY idx_orders_day ON orders (day);
