-- How many rows were inserted, updated and deleted so far, as counters, of all tables with these names, $1, and the partitions
-- of those that are partitioned, in whatever schema: so it can be asked before it is known which one is meant. The server counts what a session did when its transaction
-- ends, and at most once a second for each session; 13 and 14 show what they collected up to half a second ago.
-- stats_reset: when all of the database's counters began, NULL where the server does not know (from 15 on: where nobody ever
-- reset them).
-- In psql: \bind '{orders}' \g
with recursive tree as (
  select oid, relkind from pg_class where relname = any ($1::name[]) and relkind in ('r', 'p')
  union
  select partition.oid, partition.relkind
  from tree
  join pg_inherits on inhparent = tree.oid
  join pg_class as partition on partition.oid = inhrelid
  where tree.relkind = 'p'
)
select
  relation.oid,
  (pg_stat_get_tuples_inserted(relation.oid) + pg_stat_get_tuples_updated(relation.oid) + pg_stat_get_tuples_deleted(relation.oid))
    ::float8 as written,
  pg_stat_get_tuples_updated(relation.oid)::float8 as updated,
  -- Updates that touched no index (heap-only tuples): an index on a column that they change makes them ordinary ones.
  pg_stat_get_tuples_hot_updated(relation.oid)::float8 as hot_updated,
  extract(epoch from clock_timestamp())::float8 as at_s,
  -- Another server, or the same one after a crash, has other counters.
  extract(epoch from pg_postmaster_start_time())::float8 as started_s,
  extract(epoch from pg_stat_get_db_stat_reset_time((select oid from pg_database where datname = current_database())))
    ::float8 as stats_reset_s
from tree as relation
where relation.relkind = 'r'
