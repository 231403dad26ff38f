-- Performance script of the shop
BEGIN;
CREATE INDEX CONCURRENTLY i1 ON orders (user_id);
ALTER TABLE orders SET (autovacuum_vacuum_scale_factor = 0.05);
UPDATE settings SET value = 'on' WHERE name = 'fast; DROP TABLE x';
COMMIT;
VACUUM ANALYZE orders;
ANALYZE orders;
SELECT count(*) FROM orders;
