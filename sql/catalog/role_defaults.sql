-- Settings that the role, the database, or the role in this database brings along, which hold for every new session of
-- ours. In psql: \g
select
  split_part(setting, '=', 1) as name,
  substr(setting, strpos(setting, '=') + 1) as value,
  case
    when setrole <> 0 and setdatabase <> 0 then 'role in database'
    when setrole <> 0 then 'role'
    when setdatabase <> 0 then 'database'
    else 'all roles'
  end as scope
from pg_db_role_setting
cross join lateral unnest(setconfig) as setting
where setrole in (0, (select oid from pg_roles where rolname = session_user))
  and setdatabase in (0, (select oid from pg_database where datname = current_database()))
order by name, scope
