-- The partitions, at any depth, of the tables that planned indexes are on, one row for each table of each tree, the outermost
-- first; and of each the indexes that may be what the planned one is made of. Catalog rows alone, but for the definitions of
-- those few indexes: pg_get_indexdef waits for whoever holds or awaits ACCESS EXCLUSIVE, so it runs with a short lock_timeout.
-- (pg_partition_tree would lock each of the tables.)
-- $1: a JSON array of {step, table, method, unique, keys, columns, predicate}. table: the root's OID; columns: the names, null
-- for an expression, those of INCLUDE among them; keys: how many are not of INCLUDE; predicate: it has one.
-- `key`: of a partitioned table the columns of its partition key, null for an expression.
-- In psql: \bind '[{"step": 0, "table": 16390, "method": "btree", "unique": false, "keys": 1, "columns": ["id"], "predicate": false}]' \g
with recursive wanted as materialized (
  select step, "table"::oid as root, method, "unique" as is_unique, keys, columns, predicate
  from jsonb_to_recordset($1::jsonb)
    as planned (step int, "table" bigint, method text, "unique" bool, keys int, columns jsonb, predicate bool)
),
tree as (
  select step, root as oid, null::oid as parent, 0 as level from wanted
  union all
  select tree.step, inhrelid, inhparent, tree.level + 1 from tree join pg_inherits on inhparent = tree.oid
)
select
  tree.step,
  tree.oid,
  tree.parent,
  tree.level,
  namespace.nspname as schema,
  relation.relname as name,
  relation.relkind::text as kind,
  relation.relpersistence::text as persistence,
  pg_get_userbyid(relation.relowner) as owner,
  pg_has_role(relation.relowner, 'usage') as is_owner,
  has_schema_privilege(relation.relnamespace, 'create') as may_create,
  relation.reltuples::float8 as tuples,
  relation.relpages as pages,
  current_setting('block_size')::int as block_size,
  (
    select array_agg(attname::text order by nth)
    from pg_partitioned_table
    cross join lateral unnest(partattrs::int2[]) with ordinality as key (attnum, nth)
    left join pg_attribute as attribute on attrelid = partrelid and attribute.attnum = nullif(key.attnum, 0)
    where partrelid = tree.oid
  ) as key,
  coalesce(
    (
      select jsonb_agg(
        jsonb_build_object(
          'oid', index.oid::bigint,
          'schema', nspname,
          'name', index.relname,
          'valid', entry.indisvalid,
          'attached_to', (select inhparent::bigint from pg_inherits where inhrelid = index.oid),
          'definition', pg_get_indexdef(index.oid))
        order by index.oid)
      from pg_index as entry
      join pg_class as index on index.oid = entry.indexrelid
      join pg_am on pg_am.oid = index.relam
      where entry.indrelid = tree.oid
        and entry.indislive
        and amname = wanted.method
        and entry.indisunique = wanted.is_unique
        and entry.indnkeyatts = wanted.keys
        and (entry.indpred is not null) = wanted.predicate
        and wanted.columns = (
          select jsonb_agg(attname order by nth)
          from unnest(entry.indkey::int2[]) with ordinality as key (attnum, nth)
          left join pg_attribute as attribute
            on attribute.attrelid = entry.indrelid and attribute.attnum = nullif(key.attnum, 0)
        )
    ),
    '[]') as indexes
from tree
join wanted using (step)
join pg_class as relation on relation.oid = tree.oid
join pg_namespace as namespace on namespace.oid = relation.relnamespace
order by tree.step, tree.level, namespace.nspname, relation.relname
