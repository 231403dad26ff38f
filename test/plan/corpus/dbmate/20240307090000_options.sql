-- just a note before it
--	migrate:up   note:x transaction:false
CREATE INDEX CONCURRENTLY i ON t (a);
CREATE INDEX CONCURRENTLY j ON t (b);
--migrate:down transaction:false
DROP INDEX CONCURRENTLY j;
DROP INDEX CONCURRENTLY i;
