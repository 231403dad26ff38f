-- Which server answers, asked on every connection before anything else is: when it started, whether it is a standby, and on
-- a primary its timeline, which each promotion raises. Right after a promotion pg_control_checkpoint() still names the old
-- timeline (tried on 15 and 18); the name of the WAL file that is being written does not. Every role may ask all of this.
select
  to_char(pg_postmaster_start_time() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as started_at,
  pg_is_in_recovery() as in_recovery,
  case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_lsn()), 8) end as timeline,
  current_setting('server_version') as version
