-- The state of these indexes, $1 their OIDs, from the catalog's rows alone: no lock holds it up. pages is as old as the
-- last build, VACUUM or ANALYZE. One that is gone gives no row.
-- In psql: \bind '{16400}' \g
select
  entry.indexrelid as oid,
  relation.relkind::text as kind,
  entry.indrelid as table_oid,
  entry.indisvalid as valid,
  entry.indisready as ready,
  entry.indislive as live,
  relation.relpages as pages,
  current_setting('block_size')::int as block_size
from pg_index as entry
join pg_class as relation on relation.oid = entry.indexrelid
where entry.indexrelid = any ($1::oid[])
