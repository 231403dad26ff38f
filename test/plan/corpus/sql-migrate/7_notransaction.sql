-- +migrate Up notransaction
CREATE INDEX CONCURRENTLY i ON t (a);
-- +migrate Down notransaction
DROP INDEX CONCURRENTLY i;
