.mode column
CREATE INDEX i ON t (a);
