\set ON_ERROR_STOP on
CREATE INDEX CONCURRENTLY idx_by_folder ON shop.y (a);
