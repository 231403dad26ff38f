-- Sessions in the database $1, those of $2 (pids) left out. Workers of autovacuum too: they go by themselves when a
-- database is renamed. In psql: \bind postgres '{}' \g
select
  pid,
  to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "backendStart",
  usename::text as "user",
  application_name as application,
  host(client_addr) as client,
  state
from pg_stat_activity
where datname = $1 and pid <> all ($2::int[]) and backend_type is distinct from 'autovacuum worker'
order by backend_start
