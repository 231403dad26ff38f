-- Every second: the metrics of sessions, transactions and this database's counters, in one row.
-- $1: pids of our own sessions. In psql: \bind '{}' \g
--
-- A role without pg_read_all_stats sees only its own sessions whole: of others it sees database, user, application, xid
-- and xmin, while backend_type and all times are NULL. What cannot be known then is NULL here, and "hidden" says of how
-- many sessions; when nobody else is connected nothing is hidden. Lock waiters come from pg_locks in that case, which
-- everybody sees, but which costs ten times as much when there are many locks.
-- Parallel workers are no sessions: their leader stands for them.
with
  activity as materialized (
    select
      pid, datid, usename, application_name, client_addr, client_port, backend_start, xact_start, wait_event_type,
      state, query, backend_xid, backend_xmin, backend_type, leader_pid,
      backend_type is null as hidden,
      pid = any ($1::int[]) or pid = pg_backend_pid() as ours
    from pg_stat_activity
    where usesysid is not null or backend_type = 'autovacuum worker'
  ),
  -- Observers' screens elsewhere name themselves (every role may see that): 'indexdeck watch RUN NAME'.
  watchers as (
    select coalesce(json_agg(json_build_object(
      'application', application_name, 'user', usename,
      'since', to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    ) order by pid), '[]') as list
    from (
      select * from activity
      where application_name like 'indexdeck watch %'
        and datid = (select oid from pg_database where datname = current_database())
      order by pid limit 100
    ) as named
  ),
  sessions as (
    select
      count(*) filter (where hidden and datid is not null)::int as hidden,
      count(*) filter (where wait_event_type = 'Lock' and not ours and leader_pid is null)::int as lock_waiters,
      count(*) filter (where backend_type = 'client backend' and state = 'active' and not ours)::int as active,
      -- Hidden parallel workers cannot be told from clients: they count, so that this errs upwards.
      count(*) filter (where backend_type = 'client backend' or hidden and datid is not null)::int as connections
    from activity
  ),
  -- What CREATE INDEX CONCURRENTLY waits for in the end: snapshots and writers of this database; not for a lazy VACUUM
  -- (pg_stat_progress_vacuum) and not for autovacuum.
  transactions as (
    select * from activity
    where datid = (select oid from pg_database where datname = current_database())
      and (backend_xid is not null or backend_xmin is not null)
      and not ours
      and leader_pid is null
      and backend_type is distinct from 'autovacuum worker'
      and pid not in (select pid from pg_stat_progress_vacuum)
  ),
  oldest as (
    select
      xact_start as since,
      json_build_object(
        'pid', pid,
        'backendStart', to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'user', usename,
        'application', application_name,
        'client', host(client_addr) || ':' || client_port,
        'state', state,
        'query', left(query, 1000)
      ) as backend
    from transactions
    where xact_start is not null
    union all
    select
      prepared,
      json_build_object(
        'pid', 0, 'backendStart', null, 'user', owner, 'application', gid, 'client', null,
        'state', 'prepared transaction', 'query', null
      )
    from pg_prepared_xacts
    where database = current_database()
    order by since
    limit 1
  )
select
  case
    when sessions.hidden = 0 then sessions.lock_waiters
    else (
      select count(distinct pid)::int from pg_locks
      where not granted and pid not in (select pid from activity where ours or leader_pid is not null)
    )
  end as "lockWaiters",
  case when sessions.hidden = 0 then sessions.active end as "active",
  sessions.connections as "connections",
  current_setting('max_connections')::int as "maxConnections",
  sessions.hidden as "hidden",
  (select count(*) from transactions where hidden)::int as "hiddenTransactions",
  oldest.backend as "oldestTransaction",
  coalesce(extract(epoch from clock_timestamp() - oldest.since), 0)::float8 as "oldestTransactionS",
  counters.xact_commit::float8 as "commits",
  counters.xact_rollback::float8 as "rollbacks",
  counters.deadlocks::float8 as "deadlocks",
  extract(epoch from counters.stats_reset)::float8 as "statsReset",
  watchers.list as "watchers"
from sessions
cross join watchers
left join oldest on true
left join pg_stat_database as counters on counters.datname = current_database()
