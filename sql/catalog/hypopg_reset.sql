-- Forgets every hypothetical index of this session, and shows the planner those that were hidden: a question that was cut off
-- leaves them so, and later plans would go by it. HypoPG hides from 1.4 on.
-- In psql: \g
do $indexdeck$
declare
  place constant text := (
    select quote_ident(nspname)
    from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'hypopg');
begin
  execute format('select %s.hypopg_reset()', place);
  if to_regprocedure(place || '.hypopg_unhide_all_indexes()') is not null then
    execute format('select %s.hypopg_unhide_all_indexes()', place);
  end if;
end
$indexdeck$
