-- The sessions of these application names ($1), this one left out. In psql: \bind '{"indexdeck restore rs-1"}' \g
select
  pid,
  to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "backendStart",
  usename::text as "user",
  application_name as application,
  host(client_addr) as client,
  state
from pg_stat_activity
where application_name = any ($1::text[]) and pid <> pg_backend_pid()
order by backend_start
