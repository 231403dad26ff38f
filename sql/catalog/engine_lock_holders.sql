-- Who holds the advisory lock of an engine at work on this database, our own sessions left out. The keys are those of
-- session/try_advisory_lock.sql. $1: pids of our own sessions. In psql: \bind '{}' \g
select
  activity.pid,
  activity.usename::text as "user",
  activity.application_name as application,
  host(activity.client_addr) as client,
  to_char(activity.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
from pg_locks
join pg_stat_activity as activity using (pid)
where pg_locks.locktype = 'advisory' and pg_locks.granted
  and pg_locks.database = (select oid from pg_database where datname = current_database())
  and pg_locks.classid = 1768842360 and pg_locks.objid = 1 and pg_locks.objsubid = 2
  and pg_locks.pid <> all ($1::int[])
