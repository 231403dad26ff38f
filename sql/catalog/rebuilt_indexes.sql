-- How indexes stand that were built again as they are on record, $1 their OIDs, apart from their definition. Catalog rows only.
-- attstattarget is -1 up to 16, and null from 17 on, where nobody has set it. In psql: \bind '{16400}' \g
select
  entry.indexrelid as oid,
  entry.indisvalid as valid,
  entry.indisclustered as clustered,
  namespace.nspname as schema,
  relation.relname as name,
  owner.relname as table_name,
  (select spcname from pg_tablespace where oid = relation.reltablespace) as tablespace,
  obj_description(relation.oid, 'pg_class') as comment,
  array(
    select extname::text from pg_depend join pg_extension on pg_extension.oid = refobjid
    where classid = 'pg_class'::regclass and objid = relation.oid and refclassid = 'pg_extension'::regclass and deptype = 'x'
    order by extname
  ) as depends_on,
  coalesce(
    (
      select jsonb_agg(jsonb_build_object('column', attnum, 'target', attstattarget) order by attnum)
      from pg_attribute where attrelid = entry.indexrelid and attnum > 0 and attstattarget >= 0
    ),
    '[]'
  ) as statistics
from pg_index as entry
join pg_class as relation on relation.oid = entry.indexrelid
join pg_class as owner on owner.oid = entry.indrelid
join pg_namespace as namespace on namespace.oid = relation.relnamespace
where entry.indexrelid = any ($1::oid[])
