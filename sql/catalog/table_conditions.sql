-- What these tables are like, $1 their OIDs: how far they are from a vacuum against wraparound, whether the planner knows
-- them, and whose they are. Catalog rows and counters only, so no lock holds it up. A table that is gone gives no row.
-- frozen_age: transactions, and multixact_age: multixacts, since all of the table or of its TOAST table was frozen. From the
-- limits on autovacuum vacuums them even where it is turned off, and does not give way; a table's own parameter only
-- lowers the limit (do_autovacuum and relation_needs_vacanalyze in the server's autovacuum.c). Only what has storage is
-- frozen.
-- has_statistics is NULL where row security may hide them from us.
-- In psql: \bind '{16400}' \g
select
  relation.oid,
  namespace.nspname as schema,
  relation.relname as name,
  relation.relkind::text as kind,
  relation.relpersistence::text as persistence,
  relation.reltuples::float8 as table_tuples,
  relation.relpages as table_pages,
  current_setting('block_size')::int as block_size,
  relation.relispopulated as populated,
  -- Of a deptype 'e': the extension made it, and would drop it.
  (
    select extname from pg_depend join pg_extension on pg_extension.oid = refobjid
    where classid = 'pg_class'::regclass and objid = relation.oid and objsubid = 0
      and refclassid = 'pg_extension'::regclass and deptype = 'e'
  ) as extension,
  case when relation.relfrozenxid <> '0' then
    greatest(age(relation.relfrozenxid), case when toast.relfrozenxid <> '0' then age(toast.relfrozenxid) end)
  end as frozen_age,
  case when relation.relminmxid <> '0' then
    greatest(mxid_age(relation.relminmxid), case when toast.relminmxid <> '0' then mxid_age(toast.relminmxid) end)
  end as multixact_age,
  least(current_setting('autovacuum_freeze_max_age')::int, own.freeze_max_age) as freeze_max_age,
  least(current_setting('autovacuum_multixact_freeze_max_age')::int, own.multixact_freeze_max_age)
    as multixact_freeze_max_age,
  pg_stat_get_live_tuples(relation.oid)::float8 as live_rows,
  pg_stat_get_mod_since_analyze(relation.oid)::float8 as changed_since_analyze,
  to_char(
    greatest(pg_stat_get_last_analyze_time(relation.oid), pg_stat_get_last_autoanalyze_time(relation.oid))
      at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as analyzed_at,
  case when not relation.relrowsecurity then
    exists (select from pg_stats where schemaname = namespace.nspname and tablename = relation.relname)
  end as has_statistics
from pg_class as relation
join pg_namespace as namespace on namespace.oid = relation.relnamespace
left join pg_class as toast on toast.oid = relation.reltoastrelid
left join lateral (
  select
    max(option_value::int) filter (where option_name = 'autovacuum_freeze_max_age') as freeze_max_age,
    max(option_value::int) filter (where option_name = 'autovacuum_multixact_freeze_max_age') as multixact_freeze_max_age
  from pg_options_to_table(relation.reloptions)
  where option_name in ('autovacuum_freeze_max_age', 'autovacuum_multixact_freeze_max_age')
) as own on true
where relation.oid = any ($1::oid[])
order by relation.oid
