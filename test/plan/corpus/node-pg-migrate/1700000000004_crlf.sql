-- Up Migration
CREATE TABLE t (id int);
CREATE INDEX CONCURRENTLY idx_t ON t (id);
INSERT INTO pgmigrations (name, run_on) VALUES ('x', now());
-- Down Migration
DROP TABLE t;
