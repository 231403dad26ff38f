-- The server's own text of each of these indexes, $1 their OIDs. One that is gone gives no row. It waits for whoever holds
-- or awaits ACCESS EXCLUSIVE on a table of them, so it runs with a short lock_timeout and is asked only where it matters.
-- In psql: \bind '{16400}' \g
select relation.oid as oid, pg_get_indexdef(relation.oid) as definition
from unnest($1::oid[]) as wanted (oid)
join pg_class as relation on relation.oid = wanted.oid and relation.relkind in ('i', 'I')
