CREATE TABLE a (id int);
CREATE INDEX idx_a ON a (id);
