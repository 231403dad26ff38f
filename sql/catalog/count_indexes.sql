-- Indexes in these schemas, $1, in all and those named idx_% (runbook, pre-index state); the catalog's rows only.
-- In psql: \bind '{public}' \g
select
  count(*)::int as indexes,
  count(*) filter (where starts_with(relation.relname::text, 'idx_'))::int as idx_indexes
from pg_class as relation
join pg_namespace as namespace on namespace.oid = relation.relnamespace
where relation.relkind in ('i', 'I') and namespace.nspname = any ($1::text[])
