-- The table's own ATTACH is no work on indexes.
ALTER TABLE orders ATTACH PARTITION orders_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
CREATE INDEX orders_day_idx ON ONLY orders (placed_at);
ALTER INDEX IF EXISTS orders_day_idx ATTACH PARTITION orders_2027_day_idx;
ALTER INDEX orders_day_idx DETACH PARTITION orders_2027_day_idx;
