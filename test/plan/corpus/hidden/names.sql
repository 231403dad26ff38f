CREATE INDEX CONCURRENTLY "i;DROP TABLE t;--" ON "t;x" ("a""b") WHERE "c'd" = ';';
