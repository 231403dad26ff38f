-- The indexes that a plan drops by name, with all that is needed to build each again, and what speaks against dropping it.
-- Catalog rows and counters only, so no lock holds it up; the definition is asked for apart.
-- $1: a JSON array of {step, schema, name, path}. A null schema is looked up in `path`, a JSON array of schemas in which
-- "$user" is the current user, or where that is null too in the session's own search path: as the server does.
-- An index that backs a constraint, or that a foreign key refers to, is named by pg_constraint.conindid. attstattarget is -1
-- up to 16, and null from 17 on, where nobody has set it. last_idx_scan is there from 16 on.
-- In psql: \bind '[{"step": 0, "schema": null, "name": "orders_status_idx", "path": null}]' \g
with wanted as materialized (
  select step, schema::name as schema, name::name as name, path
  from jsonb_to_recordset($1::jsonb) as planned (step int, schema text, name text, path jsonb)
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
  select distinct on (searched.step) searched.step, relation.oid
  from searched
  join wanted using (step)
  join pg_namespace as namespace on namespace.nspname = searched.schema
  join pg_class as relation on relation.relnamespace = namespace.oid and relation.relname = wanted.name
  where namespace.oid <> pg_my_temp_schema()
    and (wanted.schema is not null or has_schema_privilege(namespace.oid, 'usage'))
  order by searched.step, searched.nth
)
select
  wanted.step,
  relation.oid,
  relation.relkind::text as kind,
  namespace.nspname as schema,
  relation.relname as name,
  owner.oid as table_oid,
  place.nspname as table_schema,
  owner.relname as table_name,
  owner.reltuples::float8 as table_tuples,
  owner.relpages as table_pages,
  current_setting('block_size')::int as block_size,
  pg_has_role(owner.relowner, 'usage') as is_owner,
  owner.relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)
    as is_system,
  entry.indisvalid as valid,
  entry.indisclustered as clustered,
  (select conname from pg_constraint where conindid = relation.oid limit 1) as constraint_name,
  coalesce(entry.indisreplident, false) as is_replica_identity,
  exists (select from pg_inherits where inhrelid = relation.oid) as is_attached,
  (
    select extname from pg_depend join pg_extension on pg_extension.oid = refobjid
    where classid = 'pg_class'::regclass and objid = relation.oid and refclassid = 'pg_extension'::regclass and deptype = 'e'
  ) as extension,
  -- DEPENDS ON EXTENSION: it is dropped with them, and may be dropped without them.
  array(
    select extname::text from pg_depend join pg_extension on pg_extension.oid = refobjid
    where classid = 'pg_class'::regclass and objid = relation.oid and refclassid = 'pg_extension'::regclass and deptype = 'x'
    order by extname
  ) as depends_on,
  (select spcname from pg_tablespace where oid = relation.reltablespace) as tablespace,
  obj_description(relation.oid, 'pg_class') as comment,
  coalesce(
    (
      select jsonb_agg(jsonb_build_object('column', attnum, 'target', attstattarget) order by attnum)
      from pg_attribute where attrelid = entry.indexrelid and attnum > 0 and attstattarget >= 0
    ),
    '[]'
  ) as statistics,
  relation.relpages as pages,
  stats.idx_scan::float8 as scans,
  to_char(
    (to_jsonb(stats) ->> 'last_idx_scan')::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last_scan,
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
left join pg_class as relation on relation.oid = target.oid
left join pg_namespace as namespace on namespace.oid = relation.relnamespace
left join pg_index as entry on entry.indexrelid = relation.oid
left join pg_class as owner on owner.oid = entry.indrelid
left join pg_namespace as place on place.oid = owner.relnamespace
left join pg_stat_all_indexes as stats on stats.indexrelid = relation.oid
order by wanted.step
