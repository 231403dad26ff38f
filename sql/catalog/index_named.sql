-- The name that the index with the OID $1 has now, and who else has the name $2 in its schema. One that is gone gives no row.
-- Catalog rows only, so no lock holds it up. In psql: \bind 16400 orders_status_idx \g
select
  relation.oid,
  namespace.nspname as schema,
  relation.relname as name,
  (
    select other.oid from pg_class as other
    where other.relnamespace = relation.relnamespace and other.relname = $2::name and other.oid <> relation.oid
  ) as taken
from pg_class as relation
join pg_namespace as namespace on namespace.oid = relation.relnamespace
where relation.oid = $1::oid and relation.relkind = 'i'
