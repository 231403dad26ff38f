CREATE TABLE logs (id int, at timestamptz);
CREATE INDEX CONCURRENTLY logs_at ON logs (at);
CREATE INDEX CONCURRENTLY other_a ON other (a);
INSERT INTO logs VALUES (1, now());
