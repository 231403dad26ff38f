-- Whether our role may call bt_index_check(regclass), which lies in schema $1. In psql: \bind public \g
select coalesce(bool_or(has_function_privilege(function.oid, 'execute')), false) as allowed
from pg_proc as function
join pg_namespace as namespace on namespace.oid = function.pronamespace
where namespace.nspname = $1
  and function.proname = 'bt_index_check'
  and function.pronargs = 1
