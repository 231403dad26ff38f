CREATE INDEX ON conditions (time DESC, device) WITH (timescaledb.transaction_per_chunk);
SELECT create_hypertable('conditions', 'time');
