-- Of the functions that a statement names, those of which at least one of that name is VOLATILE, and whether every one is: a
-- read-only session does not stop what such a function does to other sessions, files or other servers. $1: a JSON array of
-- {schema, name}; a null schema means the session's search path.
-- In psql: \bind '[{"schema": null, "name": "pg_terminate_backend"}]' \g
select asked.schema, asked.name, bool_and(function.provolatile = 'v') as every
from jsonb_to_recordset($1::jsonb) as asked (schema text, name text)
join pg_proc as function on function.proname = asked.name::name
join pg_namespace as namespace on namespace.oid = function.pronamespace
where namespace.nspname = asked.schema
  or (asked.schema is null and namespace.nspname = any (current_schemas(true)))
group by asked.schema, asked.name
having bool_or(function.provolatile = 'v')
