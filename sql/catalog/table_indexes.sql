-- Every valid index of these tables, $1 their OIDs, and of others, $2, those that belong to no partitioned index, with what tells whether it is needed: the server's own text of it, what
-- depends on it, its size as of its last VACUUM or build, how often it was scanned on this server, and how often the table was
-- written so that each of its indexes was too (inserts, and updates that were not HOT), all counted since the time given; null
-- means since the server's statistics began. last_idx_scan is there from 16 on.
-- pg_get_indexdef waits for whoever holds or awaits ACCESS EXCLUSIVE, so locked tables are left out by whoever asks.
-- In psql: \bind '{16400}' '{}' \g
select
  entry.indexrelid as oid,
  entry.indrelid as table_oid,
  namespace.nspname as schema,
  relation.relname as name,
  pg_get_indexdef(entry.indexrelid) as definition,
  entry.indimmediate as is_immediate,
  (select conname from pg_constraint
   where conrelid = entry.indrelid and conindid = entry.indexrelid and contype in ('p', 'u', 'x')) as constraint_name,
  entry.indisreplident as is_replica_identity,
  entry.indisclustered as is_clustered,
  relation.relispartition as is_attached,
  relation.relpages * current_setting('block_size')::float8 as bytes,
  stats.idx_scan::float8 as scans,
  to_char(
    (to_jsonb(stats) ->> 'last_idx_scan')::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as last_scan,
  -- pg_stat_all_tables groups before it can be asked about one table: over a large catalog that takes seconds.
  (pg_stat_get_tuples_inserted(entry.indrelid) + pg_stat_get_tuples_updated(entry.indrelid)
    - pg_stat_get_tuples_hot_updated(entry.indrelid))::float8 as writes,
  to_char(database.stats_reset at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
from (
  select oid, true as attached from unnest($1::oid[]) as oid
  union all
  select oid, false from unnest($2::oid[]) as oid
) as wanted
join pg_index as entry on entry.indrelid = wanted.oid and entry.indisvalid and entry.indislive
join pg_class as relation on relation.oid = entry.indexrelid and (wanted.attached or not relation.relispartition)
join pg_namespace as namespace on namespace.oid = relation.relnamespace
left join pg_stat_all_indexes as stats on stats.indexrelid = entry.indexrelid
left join pg_stat_database as database on database.datname = current_database()
order by entry.indrelid, entry.indexrelid
