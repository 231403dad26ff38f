-- What ALTER DATABASE ... SET has set for this database, for all roles (no role) or for one: NAME=VALUE, as stored.
select role.rolname::text as role, setting.text as setting
from pg_db_role_setting as stored
left join pg_roles as role on role.oid = stored.setrole
cross join lateral unnest(stored.setconfig) with ordinality as setting (text, at)
where stored.setdatabase = (select oid from pg_database where datname = current_database())
  and (stored.setrole = 0 or role.oid is not null)
order by role.rolname nulls first, setting.at
