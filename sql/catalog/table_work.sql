-- Who is at work on these tables, in at most a handful of rows for each. $1: their OIDs; $2: pids of our own sessions.
-- kind strong: holds or awaits a lock that keeps a concurrent build from beginning (SHARE UPDATE EXCLUSIVE to EXCLUSIVE):
-- VACUUM, ANALYZE, other DDL, REFRESH CONCURRENTLY. An autovacuum worker gives way, but for one against wraparound, and that one only its query
-- tells: hidden without pg_read_all_stats.
-- kind holder: the transaction that has held a lock of any mode on the table for longest. DROP INDEX CONCURRENTLY waits for
-- each (WaitForLockers with AccessExclusiveLock in the server's index_drop). writers, in all rows: how many transactions
-- hold the lock of writers right now.
-- kind exclusive: holds or awaits ACCESS EXCLUSIVE, which keeps everybody out. kind builder: builds an index on the table; who
-- does that is hidden without pg_monitor, and then it is told by the lock that a build keeps.
-- Prepared transactions have no pid (0) and no session.
-- In psql: \bind '{16400}' '{}' \g
with
  held as materialized (
    select relation, pid, virtualtransaction, mode, granted
    from pg_locks
    where locktype = 'relation' and relation = any ($1::oid[])
      and database = (select oid from pg_database where datname = current_database())
      and (pid is null or pid <> all ($2::int[] || pg_backend_pid()))
  ),
  prepared as (
    select own.virtualtransaction, gid, owner, prepared
    from pg_prepared_xacts
    join pg_locks as own on own.locktype = 'transactionid' and own.pid is null and own.transactionid = transaction
    where pg_prepared_xacts.database = current_database()
  ),
  building as materialized (
    select pid, relid from pg_stat_progress_create_index where datname = current_database()
  ),
  vacuum as materialized (
    select pid, phase, heap_blks_total as blocks, heap_blks_scanned as scanned from pg_stat_progress_vacuum
  ),
  writers as (
    select relation, count(distinct (pid, virtualtransaction))::int as writers
    from held where granted and mode = 'RowExclusiveLock' group by relation
  ),
  ranked as (
    select
      held.*, kind,
      row_number() over (
        partition by held.relation, kind
        order by granted desc, coalesce(activity.xact_start, prepared.prepared) nulls last, held.pid, mode) as nth,
      activity.usename, activity.application_name, activity.state, activity.query, activity.backend_type,
      prepared.gid, prepared.owner, coalesce(activity.xact_start, prepared.prepared) as since
    from held
    cross join (values ('strong'), ('holder'), ('exclusive'), ('builder')) as kinds (kind)
    left join pg_stat_activity as activity on activity.pid = held.pid
    left join prepared on held.pid is null and prepared.virtualtransaction = held.virtualtransaction
    where case kind
      when 'strong' then
        mode in ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock')
        and (held.pid is null or held.pid not in (select building.pid from building))
      when 'exclusive' then mode = 'AccessExclusiveLock'
      when 'builder' then
        granted and mode in ('ShareUpdateExclusiveLock', 'ShareLock')
        and held.pid in (select building.pid from building where coalesce(building.relid, held.relation) = held.relation)
      else granted
    end
  )
select
  wanted.oid as table_oid,
  coalesce(writers.writers, 0) as writers,
  ranked.kind,
  coalesce(ranked.pid, case when ranked.kind is not null then 0 end) as pid,
  ranked.mode,
  ranked.granted,
  coalesce(ranked.owner, ranked.usename)::text as "user",
  ranked.application_name as application,
  ranked.state,
  -- No more than its first words: what follows may be anybody's data.
  upper(substring(ranked.query from '^\s*([[:alpha:]]+(?:\s+[[:alpha:]]+)?)')) as command,
  coalesce(ranked.query ~ '\(to prevent wraparound\)$', false) as wraparound,
  extract(epoch from clock_timestamp() - ranked.since)::float8 as age_s,
  ranked.gid,
  ranked.backend_type is not distinct from 'autovacuum worker' as autovacuum,
  vacuum.phase as vacuum_phase,
  case when vacuum.blocks > 0 then vacuum.scanned::float8 / vacuum.blocks end as vacuum_share
from unnest($1::oid[]) as wanted (oid)
left join writers on writers.relation = wanted.oid
left join ranked on ranked.relation = wanted.oid and ranked.nth <= case ranked.kind when 'strong' then 3 else 1 end
left join vacuum on vacuum.pid = ranked.pid
order by wanted.oid, ranked.kind, ranked.nth
