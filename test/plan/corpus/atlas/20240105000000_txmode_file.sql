-- atlas:txmode file
CREATE INDEX CONCURRENTLY c ON t (c);
