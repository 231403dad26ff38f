DROP INDEX idx_orders_old;
drop index /* why */ if exists public.idx_orders_older restrict;
CREATE INDEX CONCURRENTLY idx_orders_new ON orders (created_at);
