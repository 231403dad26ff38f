-- The schemas that hold a ledger of indexdeck: known as in ledger/schema_state.sql.
select namespace.nspname::text as schema
from pg_class as migrations
join pg_namespace as namespace on namespace.oid = migrations.relnamespace
where migrations.relname = 'migrations' and migrations.relkind = 'r'
  and exists (
    select from pg_attribute
    where attrelid = migrations.oid and attname = 'indexdeck_version' and not attisdropped
  )
order by 1
