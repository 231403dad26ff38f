SET search_path = menu, public;
CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);
DROP INDEX CONCURRENTLY idx_dishes_name;
DROP INDEX CONCURRENTLY menu.idx_twice;
DROP INDEX CONCURRENTLY menu.idx_twice;
SELECT 1;
