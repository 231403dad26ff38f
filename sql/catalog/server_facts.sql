-- What preflight asks of the server, of our role and of the room for connections, in one row. Everything here is readable
-- by every role; of others' sessions only that they are there and whose they are.
-- Reserved connections: superuser_reserved_connections for superusers, and from 16 on reserved_connections for members of
-- pg_use_reserved_connections. Limits of a role or a database do not bind superusers.
-- In psql: \g
with
  me as (
    select
      role.rolsuper or current_setting('is_superuser')::bool as superuser,
      role.rolconnlimit as connection_limit
    from pg_roles as role where role.rolname = current_user
  ),
  here as (select oid, datconnlimit as connection_limit from pg_database where datname = current_database()),
  session as (
    select datid, usesysid, usename from pg_stat_activity
    -- Without the right to see it, backend_type is NULL; a session has a database then all the same.
    where backend_type = 'client backend' or (backend_type is null and datid is not null)
  )
select
  current_setting('server_version') as version,
  current_setting('server_version_num')::int as version_num,
  to_char(pg_postmaster_start_time() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as started_at,
  pg_is_in_recovery() as in_recovery,
  current_user::text as "user",
  current_database()::text as database,
  me.superuser,
  me.superuser or pg_has_role('pg_read_all_stats', 'usage') as monitor,
  me.superuser or pg_has_role('pg_signal_backend', 'usage') as may_signal,
  current_setting('max_connections')::int as max_connections,
  current_setting('superuser_reserved_connections')::int as reserved_for_superusers,
  coalesce(current_setting('reserved_connections', true)::int, 0) as reserved_for_role,
  coalesce(
    (select pg_has_role(oid, 'usage') from pg_roles where rolname = 'pg_use_reserved_connections'), false
  ) as may_use_reserved,
  (select count(*) from session)::int as connections,
  -- They run for every DDL statement, scratch tables among them.
  exists (
    select from pg_event_trigger where evtenabled in ('O', 'A') and evtevent in ('ddl_command_start', 'ddl_command_end', 'sql_drop')
  ) as event_triggers,
  me.connection_limit as role_limit,
  (select count(*) from session where usename = current_user)::int as role_connections,
  here.connection_limit as database_limit,
  (select count(*) from session where datid = here.oid)::int as database_connections
from me, here
