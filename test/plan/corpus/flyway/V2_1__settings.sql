-- flyway:executeInTransaction=false
SET maintenance_work_mem = '1GB';
CREATE INDEX CONCURRENTLY idx_orders_sum ON orders (sum);
ANALYZE orders;
