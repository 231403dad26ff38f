-- A mark that changes when any relation of users is made or dropped, ledgers ($1) left out: whether a restore in one
-- transaction has been committed. In psql: \bind '{indexdeck}' \g
select coalesce(md5(string_agg(class.oid::text, ',' order by class.oid)), '') as mark
from pg_class as class
join pg_namespace as namespace on namespace.oid = class.relnamespace
where class.oid >= 16384 and class.relkind in ('r', 'p', 'v', 'm', 'S', 'i')
  and namespace.nspname !~ '^pg_' and namespace.nspname <> all ($1::text[])
