-- The size of these indexes on disk in bytes, $1 their OIDs. It takes a lock on each and so waits behind ACCESS EXCLUSIVE;
-- where it may not wait, pg_class.relpages (catalog/index_facts.sql) has to do.
-- In psql: \bind '{16400}' \g
select oid, pg_relation_size(oid)::float8 as bytes
from unnest($1::oid[]) as wanted (oid)
