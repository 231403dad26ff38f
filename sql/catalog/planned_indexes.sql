-- What stands where the planned indexes belong: the table of each, the relation that has the index's name, and who is at
-- work on it. One statement for a whole plan, from the catalog's rows alone: functions such as pg_get_indexdef and
-- pg_relation_size would hang behind an ACCESS EXCLUSIVE lock on a table.
-- $1: a JSON array of {step, schema, table, name, path}. A null schema is looked up in `path`, a JSON array of schemas in
-- which "$user" is the current user, or where that is null too in the session's own search path: as the server does.
-- Who builds: a pid in pg_stat_progress_create_index whose index this is. Without pg_monitor the view hides the index but
-- not the pid; then it is the pid that also holds the lock which a concurrent build keeps on its table. A lock this strong
-- on the index itself is held by DROP INDEX CONCURRENTLY, REINDEX or ALTER INDEX: nobody else's business either.
-- In psql: \bind '[{"step": 0, "schema": null, "table": "orders", "name": "orders_pkey", "path": null}]' \g
with wanted as materialized (
  select step, schema::name as schema, "table"::name as "table", name::name as name, path
  from jsonb_to_recordset($1::jsonb) as planned (step int, schema text, "table" text, name text, path jsonb)
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
  join pg_class as relation on relation.relnamespace = namespace.oid and relation.relname = wanted."table"
  where namespace.oid <> pg_my_temp_schema()
    and (wanted.schema is not null or has_schema_privilege(namespace.oid, 'usage'))
  order by searched.step, searched.nth
),
strong_lock as materialized (
  select relation, pid, mode, granted
  from pg_locks
  where locktype = 'relation'
    and database = (select oid from pg_database where datname = current_database())
    and mode in ('ShareUpdateExclusiveLock', 'AccessExclusiveLock')
    and pid is distinct from pg_backend_pid()
),
at_work as materialized (
  select pid, index_relid from pg_stat_progress_create_index where datname = current_database()
)
select
  wanted.step,
  relation.oid as table_oid,
  table_schema.nspname as table_schema,
  relation.relname as table_name,
  relation.relkind::text as table_kind,
  relation.relpersistence::text as table_persistence,
  relation.reltuples::float8 as table_tuples,
  relation.relpages as table_pages,
  current_setting('block_size')::int as block_size,
  relation.relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)
    as is_system,
  pg_get_userbyid(relation.relowner) as table_owner,
  pg_has_role(relation.relowner, 'usage') as is_owner,
  has_schema_privilege(relation.relnamespace, 'usage') as may_use_schema,
  has_schema_privilege(relation.relnamespace, 'create') as may_create,
  array(select searched.schema::text from searched
        where searched.step = wanted.step and searched.nth > 0 order by searched.nth) as looked_in,
  wanted.schema is null or exists (select from pg_namespace where nspname = wanted.schema) as schema_exists,
  table_lock.pid as table_locked_by,
  existing.oid as index_oid,
  existing.relkind::text as index_kind,
  existing.relpages as index_pages,
  index_table.oid as index_table_oid,
  index_table.relname as index_table_name,
  entry.indisvalid as valid,
  entry.indisready as ready,
  entry.indislive as live,
  entry.indisunique as is_unique,
  exists (select from pg_constraint where conrelid = entry.indrelid and conindid = existing.oid
          and contype in ('p', 'u', 'x')) as is_constraint,
  coalesce(
    (select spcname from pg_tablespace where oid = existing.reltablespace), database.tablespace) as tablespace,
  -- Where an index goes whose statement names none, as far as no SET of the plan says otherwise.
  coalesce(nullif(current_setting('default_tablespace'), ''), database.tablespace) as usual_tablespace,
  database.tablespace as database_tablespace,
  builder.pid as builder_pid,
  builder.application_name as builder_application
from wanted
cross join (
  select spcname as tablespace from pg_database join pg_tablespace on pg_tablespace.oid = dattablespace
  where datname = current_database()
) as database
left join target using (step)
left join pg_class as relation on relation.oid = target.oid
left join pg_namespace as table_schema on table_schema.oid = relation.relnamespace
left join pg_class as existing on existing.relnamespace = relation.relnamespace and existing.relname = wanted.name
left join pg_index as entry on entry.indexrelid = existing.oid
left join pg_class as index_table on index_table.oid = entry.indrelid
left join lateral (
  select pid from strong_lock where relation = target.oid and mode = 'AccessExclusiveLock'
  order by granted desc limit 1
) as table_lock on true
left join lateral (
  select who.pid, activity.application_name
  from (
    select at_work.pid from at_work
    where at_work.index_relid = existing.oid or (at_work.index_relid is null and exists (
      select from strong_lock
      where relation = entry.indrelid and pid = at_work.pid and granted and mode = 'ShareUpdateExclusiveLock'))
    union all
    select pid from strong_lock where relation = existing.oid and granted
  ) as who
  left join pg_stat_activity as activity on activity.pid = who.pid
  limit 1
) as builder on entry.indexrelid is not null
order by wanted.step
