-- atlas:txmode none
CREATE INDEX CONCURRENTLY c ON t (c);
