pg_restore: connecting to database
CREATE INDEX CONCURRENTLY i ON t (a);
postgres=# CREATE INDEX CONCURRENTLY j ON t (b);
CREATE INDEX
postgres=# 
