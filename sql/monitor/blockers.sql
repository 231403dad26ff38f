-- Every few seconds, and only while somebody waits for a lock: who waits for whom, one row for each backend that waits
-- or is waited for. At most 100 waiters are followed, the longest waiting first, since the soft blocks among them grow with
-- their square; "waitersInAll" says how many there are.
--
-- pg_locks.waitstart came with version 14, and is NULL for a moment when a wait begins: then the time of the session's
-- last change of state stands for it, as on 13. Reading it through the row as JSON keeps this one file for all versions.
with
  activity as materialized (
    select * from pg_stat_activity
  ),
  waits as materialized (
    select distinct on (pid)
      pid, locktype, mode, database, relation, virtualxid, transactionid,
      (to_jsonb(waiting) ->> 'waitstart')::timestamptz as since
    from pg_locks as waiting
    where not granted
    order by pid
  ),
  waiters as materialized (
    select
      waits.*,
      coalesce(waits.since, activity.state_change) as waiting_since,
      count(*) over ()::int as in_all
    from waits
    join activity using (pid)
    where activity.leader_pid is null
    order by waiting_since nulls last
    limit 100
  ),
  edges as materialized (
    select pid, array(select distinct unnest(pg_blocking_pids(pid)) order by 1) as blocked_by from waiters
  ),
  nodes as (
    select pid from edges
    union
    select unnest(blocked_by) from edges
  )
select
  node.pid as "pid",
  to_char(session.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "backendStart",
  session.usename::text as "user",
  session.application_name as "application",
  host(session.client_addr) || ':' || session.client_port as "client",
  case when node.pid = 0 then 'prepared transaction' else session.state end as "state",
  left(session.query, 1000) as "query",
  extract(epoch from clock_timestamp() - session.xact_start)::float8 as "transactionS",
  extract(epoch from clock_timestamp() - waiter.waiting_since)::float8 as "waitingS",
  waiter.mode || ' on ' || case waiter.locktype
    when 'relation' then coalesce(relation.name, 'relation ' || waiter.relation)
    when 'tuple' then 'a row of ' || coalesce(relation.name, 'relation ' || waiter.relation)
    when 'extend' then 'the growth of ' || coalesce(relation.name, 'relation ' || waiter.relation)
    when 'transactionid' then 'transaction ' || waiter.transactionid
    when 'virtualxid' then 'virtual transaction ' || waiter.virtualxid
    when 'advisory' then 'an advisory lock'
    else waiter.locktype
  end as "waitsFor",
  coalesce(edge.blocked_by, '{}') as "blockedBy",
  coalesce((select max(in_all) from waiters), 0) as "waitersInAll"
from nodes as node
left join activity as session on session.pid = node.pid
left join waiters as waiter on waiter.pid = node.pid
left join edges as edge on edge.pid = node.pid
left join lateral (
  select namespace.nspname || '.' || class.relname as name
  from pg_class as class
  join pg_namespace as namespace on namespace.oid = class.relnamespace
  where class.oid = waiter.relation
    and waiter.database in (0, (select oid from pg_database where datname = current_database()))
) as relation on true
order by node.pid
