-- +migrate Upp
CREATE INDEX CONCURRENTLY idx ON people (a);
