-- The tables whose rows a backup holds, the largest first, and how many there are in all. $1: schemas, none for every
-- schema of users; $2: OIDs of the tables that matter, none for all; of partitioned ones their partitions count, since
-- pg_dump writes each by itself. $3: most to give.
-- Left out, because pg_dump writes no rows of them: tables that belong to an extension, temporary ones, and on a standby
-- unlogged ones. A materialised view is filled anew at restoring.
-- In psql: \bind '{public}' '{}' 10 \g
with
  wanted as (
    select named as oid from unnest($2::oid[]) as named
    union
    select tree.relid::oid from unnest($2::oid[]) as named, pg_partition_tree(named) as tree where tree.isleaf
  )
select
  namespace.nspname::text as schema,
  class.relname::text as name,
  (count(*) over ())::int as tables
from pg_class as class
join pg_namespace as namespace on namespace.oid = class.relnamespace
where class.relkind = 'r'
  and class.relpersistence <> 't'
  and not (class.relpersistence = 'u' and pg_is_in_recovery())
  and namespace.nspname !~ '^pg_' and namespace.nspname <> 'information_schema'
  and not exists (
    select from pg_depend
    where pg_depend.classid = 'pg_class'::regclass and pg_depend.objid = class.oid and pg_depend.deptype = 'e'
  )
  and (cardinality($1::text[]) = 0 or namespace.nspname = any ($1))
  and (cardinality($2::oid[]) = 0 or class.oid in (select oid from wanted))
order by class.relpages desc, class.oid
limit $3::int
