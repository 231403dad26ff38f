CREATE INDEX main.i ON t (a);
