-- Revert shop:idx_orders from pg

DROP INDEX CONCURRENTLY idx_orders_user;
