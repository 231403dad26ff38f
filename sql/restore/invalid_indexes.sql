-- Indexes of users that are not valid or not ready.
select format('%s.%s', namespace.nspname, class.relname) as name
from pg_index
join pg_class as class on class.oid = pg_index.indexrelid
join pg_namespace as namespace on namespace.oid = class.relnamespace
where not (indisvalid and indisready) and namespace.nspname !~ '^pg_'
order by 1
