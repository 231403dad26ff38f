CREATE INDEX idx_part ON sales (day) LOCAL;
CREATE INDEX idx_rev ON sales (id) REVERSE;
CREATE TABLE t (name VARCHAR2(10));
