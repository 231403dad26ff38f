-- +migrate Up
CREATE INDEX CONCURRENTLY idx_people_age ON people (age);
-- +migrate Down
DROP INDEX idx_people_age;
