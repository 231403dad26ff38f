-- Every second while we build: how far each of our builders is, whom it waits for, and who waits for it.
-- $1: pids of our builders. $2: pids of all our sessions. In psql: \bind '{}' '{}' \g
--
-- pg_blocking_pids() takes the lock manager's partitions: it is called for our waiting builders and for at most 100 clients
-- that wait, the longest waiting first. It names soft blocks too (those ahead in the queue) and 0 for a prepared transaction.
-- current_locker_pid is not used: for a prepared transaction it names whoever has got its backend's slot since, perhaps the
-- build itself (tried on 15).
-- A role without pg_read_all_stats finds waiters of other roles through pg_locks, which is scanned only then.
with
  activity as materialized (
    select
      pid, leader_pid, usename, application_name, client_addr, client_port, backend_start, xact_start, state_change,
      wait_event_type, state, query, backend_type,
      backend_type is null as hidden
    from pg_stat_activity
    where usesysid is not null or backend_type = 'autovacuum worker'
  ),
  hidden_waiters as (
    select distinct pid from pg_locks
    where (select bool_or(hidden) from activity) and not granted
  ),
  waiters as (
    select pid from activity
    where pid <> all ($1::int[] || $2::int[])
      and (
        backend_type = 'client backend' and wait_event_type = 'Lock'
        or hidden and pid in (select pid from hidden_waiters)
      )
    order by state_change nulls last
    limit 100
  ),
  blocked as materialized (
    select pid, pg_blocking_pids(pid) as blocked_by from waiters
  ),
  builders as materialized (
    select
      pid,
      wait_event_type is not distinct from 'Lock' as waiting,
      case when wait_event_type = 'Lock' then pg_blocking_pids(pid) else '{}' end as blocked_by
    from activity
    where pid = any ($1::int[])
  ),
  -- What a builder waits for, to find the prepared transaction that has no pid to name it by.
  awaited as materialized (
    select pid, transactionid, database, relation from pg_locks
    where (select bool_or(0 = any (blocked_by)) from builders) and not granted and pid = any ($1::int[])
  )
select
  builder.pid as "pid",
  builder.waiting as "waiting",
  nullif(creation.index_relid, 0) as "indexOid",
  coalesce(creation.phase, analysis.phase) as "phase",
  creation.lockers_total::float8 as "lockersTotal",
  creation.lockers_done::float8 as "lockersDone",
  coalesce(creation.blocks_total, analysis.sample_blks_total)::float8 as "blocksTotal",
  coalesce(creation.blocks_done, analysis.sample_blks_scanned)::float8 as "blocksDone",
  creation.tuples_total::float8 as "tuplesTotal",
  creation.tuples_done::float8 as "tuplesDone",
  blockers.list as "blockers",
  array(select pid from blocked where builder.pid = any (blocked_by) order by pid) as "blocks"
from builders as builder
left join pg_stat_progress_create_index as creation on creation.pid = builder.pid
left join pg_stat_progress_analyze as analysis on analysis.pid = builder.pid
cross join lateral (
  select coalesce(json_agg(blocker.backend order by blocker.since), '[]') as list
  from (
    select
      session.xact_start as since,
      json_build_object(
        'pid', session.pid,
        'backendStart', to_char(session.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'user', session.usename,
        'application', session.application_name,
        'client', host(session.client_addr) || ':' || session.client_port,
        'state', session.state,
        'query', left(session.query, 1000),
        'transactionS', extract(epoch from clock_timestamp() - session.xact_start)::float8
      ) as backend
    from activity as session
    where session.pid = any (builder.blocked_by)
    union all
    select
      prepared.prepared,
      json_build_object(
        'pid', 0, 'backendStart', null, 'user', prepared.owner, 'application', prepared.gid, 'client', null,
        'state', 'prepared transaction', 'query', null,
        'transactionS', extract(epoch from clock_timestamp() - prepared.prepared)::float8
      )
    from pg_prepared_xacts as prepared
    where 0 = any (builder.blocked_by)
      and exists (
        select from awaited
        where awaited.pid = builder.pid
          and (
            awaited.transactionid = prepared.transaction
            or exists (
              select from pg_locks as held
              where held.pid is null and held.database = awaited.database and held.relation = awaited.relation
                and held.virtualtransaction = '-1/' || prepared.transaction
            )
          )
      )
    order by since
    limit 10
  ) as blocker
) as blockers
