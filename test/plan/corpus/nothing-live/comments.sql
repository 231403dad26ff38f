-- CREATE INDEX CONCURRENTLY i ON t (a);
/* CREATE UNIQUE INDEX j ON t (b); */
-- nothing else
