-- Who a restore waits for: sessions named $1 that wait, and the first of those in their way.
-- In psql: \bind 'indexdeck restore rs-1' \g
select
  blocker.pid,
  blocker.usename::text as "user",
  blocker.application_name as application,
  blocker.state
from pg_stat_activity as waiting
cross join lateral unnest(pg_blocking_pids(waiting.pid)) as blocking (pid)
join pg_stat_activity as blocker on blocker.pid = blocking.pid
where waiting.application_name = $1 and waiting.datname = current_database() and waiting.wait_event_type = 'Lock'
limit 1
