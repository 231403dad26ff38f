-- The runs, the newest first. In psql: set search_path to indexdeck;
select
  run, version, host, port, "user", operator, fingerprint, phase, status, seq,
  to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as started_at,
  to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as updated_at
from runs
order by started_at desc, run desc
