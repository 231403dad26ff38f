-- VOLATILE functions that the views among these relations call, however deep they lie: a query on a view runs what the view
-- says. $1: a JSON array of {schema, name}; a null schema means the session's search path. Operators count by their
-- functions. What the body of a function calls in turn, nobody knows: its own word, VOLATILE or not, has to do.
-- In psql: \bind '[{"schema": null, "name": "pg_stat_activity"}]' \g
with recursive views as (
  select relation.oid
  from jsonb_to_recordset($1::jsonb) as asked (schema text, name text)
  join pg_class as relation on relation.relname = asked.name::name
  join pg_namespace as namespace on namespace.oid = relation.relnamespace
  where relation.relkind = 'v'
    and (
      namespace.nspname = asked.schema
      or (asked.schema is null and namespace.nspname = any (current_schemas(true)))
    )
  union
  select deeper.oid
  from views
  join pg_rewrite as rule on rule.ev_class = views.oid
  join pg_depend as uses on uses.classid = 'pg_rewrite'::regclass and uses.objid = rule.oid
  join pg_class as deeper on uses.refclassid = 'pg_class'::regclass and deeper.oid = uses.refobjid
  where deeper.relkind = 'v'
)
select distinct namespace.nspname as schema, function.proname as name
from views
join pg_rewrite as rule on rule.ev_class = views.oid
join pg_depend as uses on uses.classid = 'pg_rewrite'::regclass and uses.objid = rule.oid
left join pg_operator as operator on uses.refclassid = 'pg_operator'::regclass and operator.oid = uses.refobjid
join pg_proc as function
  on function.oid = case when uses.refclassid = 'pg_proc'::regclass then uses.refobjid else operator.oprcode end
join pg_namespace as namespace on namespace.oid = function.pronamespace
where function.provolatile = 'v'
order by 1, 2
