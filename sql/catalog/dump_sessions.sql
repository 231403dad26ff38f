-- Sessions that dump this database, ours left out: pg_dump and pg_dumpall by the name that they give themselves, and a
-- backup of indexdeck. Each holds a snapshot until its end, and every concurrent build waits for it. $1: pids of our own
-- sessions. In psql: \bind '{}' \g
select
  pid,
  usename::text as "user",
  application_name as application,
  host(client_addr) as client,
  to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
from pg_stat_activity
where datname = current_database()
  and pid <> all ($1::int[])
  and (application_name in ('pg_dump', 'pg_dumpall') or application_name like 'indexdeck backup %')
order by backend_start
