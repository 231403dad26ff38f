-- Verify shop:idx_orders on pg

SELECT 1/count(*) FROM pg_class WHERE relname = 'idx_orders_user';
ROLLBACK;
