CREATE INDEX CONCURRENTLY idx_x ON ${schema}.orders (x);
