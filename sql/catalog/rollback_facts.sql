-- What stands in the catalog of the indexes that a run created, and what speaks against dropping one. Catalog rows and
-- counters only, so no lock holds it up. $1: a JSON array of {oid, schema, name}, as the run's own events have them.
-- An index that backs a constraint, or that a foreign key refers to, is named by pg_constraint.conindid. Scans count since
-- the index was made, or since the statistics were reset, on this server only; last_idx_scan is there from 16 on.
-- In psql: \bind '[{"oid": 16400, "schema": "public", "name": "orders_status_idx"}]' \g
with wanted as (
  select oid::oid as oid, schema::name as schema, name::name as name
  from jsonb_to_recordset($1::jsonb) as created (oid bigint, schema text, name text)
)
select
  wanted.oid,
  entry.indexrelid is not null as there,
  namespace.nspname as schema,
  relation.relname as name,
  entry.indisvalid as valid,
  (select conname from pg_constraint where conindid = wanted.oid limit 1) as constraint_name,
  coalesce(entry.indisreplident, false) as is_replica_identity,
  relation.relkind::text as kind,
  (select inhparent from pg_inherits where inhrelid = wanted.oid) as attached_to,
  -- All that is attached to it, directly and by way of others: it goes with it.
  array(
    with recursive attached as (
      select inhrelid from pg_inherits where inhparent = wanted.oid
      union all
      select pg_inherits.inhrelid from attached join pg_inherits on inhparent = attached.inhrelid
    )
    select jsonb_build_object('oid', inhrelid::bigint, 'name', part_place.nspname || '.' || part.relname)
    from attached
    join pg_class as part on part.oid = inhrelid
    join pg_namespace as part_place on part_place.oid = part.relnamespace
    where relation.relkind = 'I'
    order by inhrelid
  ) as attached,
  -- Whatever has its name now and is not it.
  (
    select other.oid
    from pg_class as other
    join pg_namespace as place on place.oid = other.relnamespace
    where place.nspname = wanted.schema and other.relname = wanted.name and other.oid <> wanted.oid
  ) as other_oid,
  -- Who builds, drops or changes it right now.
  (
    select pg_locks.pid
    from pg_locks
    where locktype = 'relation' and relation = wanted.oid and granted
      and database = (select oid from pg_database where datname = current_database())
      and mode in ('ShareUpdateExclusiveLock', 'AccessExclusiveLock')
    limit 1
  ) as busy,
  stats.idx_scan::float8 as scans,
  to_char(
    (to_jsonb(stats) ->> 'last_idx_scan')::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last_scan
from wanted
left join pg_index as entry on entry.indexrelid = wanted.oid
left join pg_class as relation on relation.oid = entry.indexrelid
left join pg_namespace as namespace on namespace.oid = relation.relnamespace
left join pg_stat_all_indexes as stats on stats.indexrelid = entry.indexrelid
