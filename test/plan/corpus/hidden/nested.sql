/* outer /* CREATE INDEX a ON t (a); */ CREATE INDEX b ON t (b); /* /* DROP TABLE t; */ */ */
CREATE INDEX CONCURRENTLY i ON t (a);
/* /* */ CREATE INDEX c ON t (c); */
ANALYZE t; /* /* x */ SELECT 1; */
