-- What stands where the ledger belongs, and what we may do about it, in one row. $1: the schema's name. It reads the
-- catalog alone, which every role may. A ledger is known by its table of migrations and that table's column
-- indexdeck_version: other programs have a table of migrations too, and tables of theirs are not ours to write into.
-- In psql: \bind indexdeck \g
select
  current_user::text as "user",
  current_database()::text as database,
  current_setting('server_encoding') = 'UTF8' as utf8,
  namespace.oid is not null as exists,
  migrations.oid is not null as ledger,
  -- Relations that are not the ledger's, when there is none: the schema is somebody else's.
  (
    select count(*) from pg_class as other
    where other.relnamespace = namespace.oid and migrations.oid is null and other.relkind in ('r', 'v', 'm', 'f', 'p', 'S')
  )::int as others,
  has_database_privilege(current_database(), 'CREATE') as may_create_schema,
  has_schema_privilege(namespace.oid, 'USAGE') is true as may_use,
  has_schema_privilege(namespace.oid, 'CREATE') is true as may_create,
  -- The ledger's tables that we may not write, by name.
  array(
    select relation.relname::text from pg_class as relation
    where relation.relnamespace = namespace.oid and migrations.oid is not null
      and relation.relname in ('events', 'runs', 'samples', 'commands')
      and not (
        has_table_privilege(relation.oid, 'SELECT') and has_table_privilege(relation.oid, 'INSERT')
        -- Events are only ever added.
        and (relation.relname = 'events' or has_table_privilege(relation.oid, 'UPDATE'))
      )
    order by 1
  ) as unwritable
from (values ($1::text)) as wanted (name)
left join pg_namespace as namespace on namespace.nspname = wanted.name
left join pg_class as migrations on migrations.relnamespace = namespace.oid and migrations.relname = 'migrations'
  and migrations.relkind = 'r' and exists (
    select from pg_attribute
    where attrelid = migrations.oid and attname = 'indexdeck_version' and not attisdropped
  )
