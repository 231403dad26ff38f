-- Of these tablespaces, $1 their names, those that are there, and whether we may create something in them. The database's
-- own one needs no right. In psql: \bind '{pg_default}' \g
select
  spcname as name,
  oid = (select dattablespace from pg_database where datname = current_database())
    or has_tablespace_privilege(oid, 'create') as may_create
from pg_tablespace
where spcname = any ($1::text[])
