-- migrate:up foo:transaction:false
CREATE INDEX CONCURRENTLY i ON t (a);

    -- migrate:down
DROP INDEX i;
