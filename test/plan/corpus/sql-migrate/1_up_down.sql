-- +migrate Up notransaction
CREATE INDEX CONCURRENTLY idx_people_name ON people (name);

-- +migrate Down notransaction
DROP INDEX CONCURRENTLY idx_people_name;
