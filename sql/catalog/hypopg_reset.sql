-- Forgets every hypothetical index of this session: a question that was cut off leaves them, and later plans would use them.
-- In psql: \g
do $indexdeck$
begin
  execute format('select %I.hypopg_reset()', (
    select nspname from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'hypopg'));
end
$indexdeck$
