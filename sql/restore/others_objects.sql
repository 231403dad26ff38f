-- Relations and schemas of users whose owner we are not, nor a member of: we could neither drop them nor give them back
-- to their owner. A few of them by name, and how many.
with object as (
  select format('%s.%s', namespace.nspname, class.relname) as name, class.relowner as owner
  from pg_class as class
  join pg_namespace as namespace on namespace.oid = class.relnamespace
  where class.relkind in ('r', 'v', 'm', 'p', 'S', 'f')
    and namespace.nspname !~ '^pg_' and namespace.nspname <> 'information_schema'
  union all
  select nspname::text, nspowner from pg_namespace
  where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
)
select name, (count(*) over ())::int as objects from object where not pg_has_role(owner, 'usage') order by name limit 5
