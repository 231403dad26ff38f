-- Every index of the table with the OID $1, whatever state it is in, and who is at work on it: what a REINDEX CONCURRENTLY has
-- left, under whatever name. Catalog rows only, so no lock holds it up. Who builds is found as in catalog/find_leftover.sql.
-- In psql: \bind 16385 \g
select
  relation.oid,
  namespace.nspname as schema,
  relation.relname as name,
  entry.indisvalid as valid,
  entry.indisready as ready,
  relation.relpages * current_setting('block_size')::float8 as bytes,
  exists (select from pg_constraint where conrelid = entry.indrelid and conindid = relation.oid
          and contype in ('p', 'u', 'x')) as is_constraint,
  (
    select who.pid
    from (
      select progress.pid
      from pg_stat_progress_create_index as progress
      where progress.datname = current_database() and progress.index_relid = relation.oid
      union all
      select pg_locks.pid
      from pg_locks
      where locktype = 'relation' and relation = entry.indexrelid and granted
        and database = (select oid from pg_database where datname = current_database())
        and mode in ('ShareUpdateExclusiveLock', 'AccessExclusiveLock')
    ) as who
    limit 1
  ) as building
from pg_index as entry
join pg_class as relation on relation.oid = entry.indexrelid
join pg_namespace as namespace on namespace.oid = relation.relnamespace
where entry.indrelid = $1::oid
order by relation.oid
