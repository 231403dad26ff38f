-- Who we are on the server, asked once when a session opens: the backend's pid as the server says it (a proxy may say
-- another), its start with all its microseconds, as text that can be compared again, and the server's version.
select
  pid,
  to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as backend_start,
  current_setting('server_version_num')::int as version_num
from pg_stat_activity
where pid = pg_backend_pid()
