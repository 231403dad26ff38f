CREATE INDEX ON ONLY metrics (device, at);
CREATE INDEX CONCURRENTLY ON metrics_1 (device, at);
ALTER INDEX metrics_device_at_idx ATTACH PARTITION metrics_1_device_at_idx;
