-- What a plan rebuilds by name: for each statement what has the name, and a row for every index that it takes, with what speaks
-- against rebuilding it. Catalog rows only, so no lock holds it up; definitions and sizes are asked for apart.
-- $1: a JSON array of {step, of, schema, name, path}; of: index or table. A null schema is looked up in `path` as in
-- catalog/indexes_to_drop.sql. Of a partitioned table, or its index, the leaves count; of a table its TOAST table's index too.
-- A table whose children are not partitions is rebuilt alone (ReindexPartitions in the server's indexcmds.c).
-- Catalogs have OIDs below 12000, their TOAST tables too (FirstUnpinnedObjectId). MAINTAIN is a right from 17 on.
-- In psql: \bind '[{"step": 0, "of": "table", "schema": null, "name": "orders", "path": null}]' \g
with recursive wanted as materialized (
  select step, "of", schema::name as schema, name::name as name, path
  from jsonb_to_recordset($1::jsonb) as planned (step int, "of" text, schema text, name text, path jsonb)
),
searched as (
  select wanted.step, place.schema, place.nth
  from wanted
  cross join lateral (
    select wanted.schema, 1::bigint as nth where wanted.schema is not null
    union all
    -- The server looks into pg_catalog first, unless the path itself names it.
    select 'pg_catalog'::name, 0 where wanted.schema is null and not wanted.path ? 'pg_catalog'
    union all
    select case named.schema when '$user' then current_user else named.schema::name end, named.nth
    from jsonb_array_elements_text(nullif(wanted.path, 'null')) with ordinality as named (schema, nth)
    where wanted.schema is null
    union all
    select own.schema, own.nth
    from unnest(current_schemas(true)) with ordinality as own (schema, nth)
    where wanted.schema is null and (wanted.path is null or wanted.path = 'null')
  ) as place
),
target as (
  select distinct on (searched.step) searched.step, wanted."of", relation.oid, relation.relkind as kind
  from searched
  join wanted using (step)
  join pg_namespace as namespace on namespace.nspname = searched.schema
  join pg_class as relation on relation.relnamespace = namespace.oid and relation.relname = wanted.name
  where namespace.oid <> pg_my_temp_schema()
    and (wanted.schema is not null or has_schema_privilege(namespace.oid, 'usage'))
  order by searched.step, searched.nth
),
tree (step, oid, kind) as (
  select step, oid, kind from target
  union
  select tree.step, child.oid, child.relkind
  from tree
  join pg_inherits on pg_inherits.inhparent = tree.oid
  join pg_class as child on child.oid = pg_inherits.inhrelid
  where tree.kind in ('p', 'I')
),
member (step, index_oid, main_oid) as (
  select tree.step, tree.oid, null::oid from tree join target using (step) where target."of" = 'index' and tree.kind = 'i'
  union all
  select tree.step, entry.indexrelid, main.oid
  from tree
  join target using (step)
  join pg_class as main on main.oid = tree.oid
  join pg_index as entry on entry.indrelid in (main.oid, nullif(main.reltoastrelid, 0))
  where target."of" = 'table' and tree.kind in ('r', 'm')
)
select
  wanted.step,
  named.oid as target_oid,
  named.relkind::text as target_kind,
  space.nspname as target_schema,
  named.relname as target_name,
  relation.oid,
  namespace.nspname as schema,
  relation.relname as name,
  owner.oid as table_oid,
  place.nspname as table_schema,
  owner.relname as table_name,
  owner.reltuples::float8 as table_tuples,
  owner.relpages as table_pages,
  current_setting('block_size')::int as block_size,
  case when owner.relkind = 't' then main.relname end as toast_of,
  pg_has_role(owner.relowner, 'usage') as is_owner,
  case when current_setting('server_version_num')::int >= 170000 then has_table_privilege(owner.oid, 'maintain')
       else false end as may_maintain,
  has_schema_privilege(namespace.oid, 'usage') as may_name,
  owner.oid < 12000 or owner.relnamespace = 'pg_catalog'::regnamespace as is_system,
  owner.relpersistence = 't' as is_temporary,
  entry.indisvalid as valid,
  entry.indisexclusion as is_exclusion,
  relation.relpages as pages,
  coalesce(
    (
      select jsonb_agg(jsonb_build_object('oid', other.indexrelid::bigint, 'name', called.relname) order by called.oid)
      from pg_index as other join pg_class as called on called.oid = other.indexrelid
      where other.indrelid = entry.indrelid and not other.indisvalid and other.indexrelid <> relation.oid
    ),
    '[]'
  ) as others,
  -- Who holds, or waits for, a lock on the table that keeps even the definition from being read.
  (
    select pid from pg_locks
    where locktype = 'relation' and relation = entry.indrelid and mode = 'AccessExclusiveLock'
      and database = (select oid from pg_database where datname = current_database())
      and pid is distinct from pg_backend_pid()
    order by granted desc limit 1
  ) as locked_by,
  -- Who builds, drops or changes it right now.
  (
    select pid from pg_locks
    where locktype = 'relation' and relation = entry.indexrelid and granted
      and database = (select oid from pg_database where datname = current_database())
      and mode in ('ShareUpdateExclusiveLock', 'AccessExclusiveLock')
    limit 1
  ) as busy
from wanted
left join target using (step)
left join pg_class as named on named.oid = target.oid
left join pg_namespace as space on space.oid = named.relnamespace
left join member on member.step = wanted.step
left join pg_class as relation on relation.oid = member.index_oid
left join pg_namespace as namespace on namespace.oid = relation.relnamespace
left join pg_index as entry on entry.indexrelid = relation.oid
left join pg_class as owner on owner.oid = entry.indrelid
left join pg_namespace as place on place.oid = owner.relnamespace
left join pg_class as main on main.oid = member.main_oid
order by wanted.step, owner.relname, relation.relname
