-- How many rows of these tables, $1 their OIDs, were inserted, updated and deleted so far, as counters. The server counts
-- what a session did when its transaction ends, and at most once a second for each session; 13 and 14 show what they
-- collected up to half a second ago. stats_reset: when all of the database's counters began, NULL where the server does not
-- know (from 15 on: where nobody ever reset them).
-- In psql: \bind '{16400}' \g
select
  wanted.oid,
  (pg_stat_get_tuples_inserted(wanted.oid) + pg_stat_get_tuples_updated(wanted.oid) + pg_stat_get_tuples_deleted(wanted.oid))
    ::float8 as written,
  pg_stat_get_tuples_updated(wanted.oid)::float8 as updated,
  -- Updates that touched no index (heap-only tuples): an index on a column that they change makes them ordinary ones.
  pg_stat_get_tuples_hot_updated(wanted.oid)::float8 as hot_updated,
  extract(epoch from clock_timestamp())::float8 as at_s,
  extract(epoch from pg_stat_get_db_stat_reset_time((select oid from pg_database where datname = current_database())))
    ::float8 as stats_reset_s
from unnest($1::oid[]) as wanted (oid)
