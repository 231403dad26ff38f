-- What the statistics say of the columns that planned indexes need: $1 a JSON array of {table, schema, name, columns}, the
-- table's OID and name and the columns' names. One row a column. What nobody has analyzed, or what we may not read, has NULLs.
-- equal: B-tree merges entries with equal keys of this type (from 13 on; BTEQUALIMAGE_PROC of the default operator class).
-- A partitioned table has its statistics as `inherited`.
-- In psql: \bind '[{"table": 1259, "schema": "pg_catalog", "name": "pg_class", "columns": ["relname"]}]' \g
select
  wanted."table"::int as table_oid,
  wanted_column.name as "column",
  attribute.attlen::int as length,
  attribute.attalign::text as align,
  exists (
    select from pg_opclass join pg_am on pg_am.oid = opcmethod
    join pg_amproc on amprocfamily = opcfamily and amproclefttype = opcintype and amprocnum = 4
    where amname = 'btree' and opcdefault
      and (opcintype = attribute.atttypid
        or exists (select from pg_cast where castsource = attribute.atttypid and casttarget = opcintype and castmethod = 'b')
        or opcintype = 'anyenum'::regtype and typtype = 'e')
  ) and coalesce((select collisdeterministic from pg_collation where oid = attribute.attcollation), true) as equal,
  statistics.n_distinct::float8 as n_distinct,
  statistics.null_frac::float8 as null_share,
  statistics.avg_width::float8 as bytes
from jsonb_to_recordset($1::jsonb) as wanted ("table" bigint, schema text, name text, columns jsonb)
cross join lateral jsonb_array_elements_text(wanted.columns) as wanted_column (name)
join pg_attribute as attribute
  on attribute.attrelid = wanted."table"::oid and attribute.attname = wanted_column.name::name and not attribute.attisdropped
join pg_type on pg_type.oid = attribute.atttypid
left join lateral (
  select n_distinct, null_frac, avg_width
  from pg_stats
  where pg_stats.schemaname = wanted.schema::name and pg_stats.tablename = wanted.name::name and pg_stats.attname = wanted_column.name::name
  order by inherited
  limit 1
) as statistics on true
