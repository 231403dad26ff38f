-- What the statistics say of the columns that planned indexes need: $1 a JSON array of {table, schema, name, columns}, the
-- table's OID and name and the columns' names. One row a column. What nobody has analyzed, or what we may not read, has NULLs.
-- equal: B-tree merges entries with equal keys of this type (from 13 on; BTEQUALIMAGE_PROC of the default operator class).
-- elements: of arrays and the like, the mean number of different ones in a row (arrays alone), how many are listed as most common, the share of
-- the rows that each of these is in, together, and the least of them. For tsvector pg_stats has the same without the mean.
-- A partitioned table has its statistics as `inherited`.
-- In psql: \bind '[{"table": 1259, "schema": "pg_catalog", "name": "pg_class", "columns": ["relname"]}]' \g
select
  wanted."table"::int as table_oid,
  wanted_column.name as "column",
  attribute.attlen::int as length,
  attribute.attalign::text as align,
  typname::text as type,
  -- A domain's own type does not say what is in it.
  (typcategory = 'A') as is_array,
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
  statistics.avg_width::float8 as bytes,
  case when most_common_elem_freqs is not null then jsonb_build_object(
    'mean', elem_count_histogram[cardinality(elem_count_histogram)],
    -- Behind those of the elements: the least and the most of all that were counted, and for arrays the share of NULLs.
    'listed', listed, 'least', most_common_elem_freqs[listed + 1],
    'share', (select sum(frequency) from unnest(most_common_elem_freqs[:listed]) as frequency))
  end as elements
from jsonb_to_recordset($1::jsonb) as wanted ("table" bigint, schema text, name text, columns jsonb)
cross join lateral jsonb_array_elements_text(wanted.columns) as wanted_column (name)
join pg_attribute as attribute
  on attribute.attrelid = wanted."table"::oid and attribute.attname = wanted_column.name::name and not attribute.attisdropped
join pg_type on pg_type.oid = attribute.atttypid
left join lateral (
  select n_distinct, null_frac, avg_width, most_common_elem_freqs, elem_count_histogram,
    -- A list of the elements themselves has no type that they could be counted by.
    greatest(0, cardinality(most_common_elem_freqs) - case when elem_count_histogram is null then 2 else 3 end) as listed
  from pg_stats
  where pg_stats.schemaname = wanted.schema::name and pg_stats.tablename = wanted.name::name and pg_stats.attname = wanted_column.name::name
  order by inherited
  limit 1
) as statistics on true
