CREATE INDEX idx_name ON people (name(10));
CREATE FULLTEXT INDEX ft ON posts (body);
