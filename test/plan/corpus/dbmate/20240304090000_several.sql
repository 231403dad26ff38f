-- migrate:up
CREATE INDEX CONCURRENTLY i1 ON t (a);
-- migrate:down
DROP INDEX i1;
-- migrate:up
CREATE INDEX CONCURRENTLY i2 ON t (b);
-- migrate:down
DROP INDEX i3;
