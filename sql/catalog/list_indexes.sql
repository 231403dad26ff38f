-- Every index in these schemas, $1: what a rollback is compared with. The catalog's rows only. In psql: \bind '{public}' \g
select relation.oid, namespace.nspname as schema, relation.relname as name, entry.indisvalid as valid
from pg_index as entry
join pg_class as relation on relation.oid = entry.indexrelid
join pg_namespace as namespace on namespace.oid = relation.relnamespace
where namespace.nspname = any ($1::text[])
order by namespace.nspname, relation.relname
