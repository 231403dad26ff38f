-- ============================================================
-- Monthly index maintenance, after the big delete
-- ============================================================
SET maintenance_work_mem = '1GB';

-- 1. the two that are bloated
REINDEX INDEX CONCURRENTLY public.idx_orders_created_at;
REINDEX INDEX CONCURRENTLY public."idx_Orders_Customer";

-- 2. the whole table
REINDEX TABLE CONCURRENTLY public.order_items;
ANALYZE public.order_items;
