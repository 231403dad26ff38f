-- The database that we are connected to: what a second one must be made like, and what we may do with it. Columns that
-- came or went with versions are read by name. In psql: as it is.
select
  base.oid::int8::text as oid,
  base.datname::text as name,
  pg_get_userbyid(base.datdba)::text as owner,
  pg_encoding_to_char(base.encoding)::text as encoding,
  base.datcollate::text as collate,
  base.datctype::text as ctype,
  -- c: the C library, i: ICU, b: built in; from 15 on.
  to_jsonb(base) ->> 'datlocprovider' as provider,
  coalesce(to_jsonb(base) ->> 'datlocale', to_jsonb(base) ->> 'daticulocale') as locale,
  to_jsonb(base) ->> 'daticurules' as icu_rules,
  tablespace.spcname::text as tablespace,
  base.datconnlimit as connection_limit,
  shobj_description(base.oid, 'pg_database') as comment,
  pg_has_role(base.datdba, 'usage') as owned,
  (select rolsuper or rolcreatedb from pg_roles where rolname = current_user) as may_create_databases,
  (select count(*)::int from pg_prepared_xacts where database = base.datname) as prepared,
  (select count(*)::int from pg_replication_slots where database = base.datname) as slots,
  (select count(*)::int from pg_subscription where subdbid = base.oid) as subscriptions
from pg_database as base
join pg_tablespace as tablespace on tablespace.oid = base.dattablespace
where base.datname = current_database()
