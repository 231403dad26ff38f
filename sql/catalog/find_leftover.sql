-- The index that has the name $2 in the schema $1 on the table with the OID $3, whatever state it is in, and who is at work
-- on it: what a failed CREATE INDEX CONCURRENTLY left behind, or an index that somebody else made meanwhile. Catalog rows
-- only, so no lock holds it up. Who builds is found as in catalog/planned_indexes.sql.
-- In psql: \bind public orders_status_idx 16385 \g
select
  relation.oid,
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
      where progress.datname = current_database()
        and (progress.index_relid = relation.oid or (progress.index_relid is null and exists (
          select from pg_locks
          where locktype = 'relation' and relation = entry.indrelid and pg_locks.pid = progress.pid and granted
            and database = (select oid from pg_database where datname = current_database())
            and mode = 'ShareUpdateExclusiveLock')))
      union all
      select pg_locks.pid
      from pg_locks
      where locktype = 'relation' and relation = entry.indexrelid and granted
        and database = (select oid from pg_database where datname = current_database())
        and mode in ('ShareUpdateExclusiveLock', 'AccessExclusiveLock')
    ) as who
    limit 1
  ) as building
from pg_class as relation
join pg_namespace as namespace on namespace.oid = relation.relnamespace
join pg_index as entry on entry.indexrelid = relation.oid
where namespace.nspname = $1::name and relation.relname = $2::name and entry.indrelid = $3::oid
