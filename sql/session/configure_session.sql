-- The settings of a session, set for as long as it lives: $1 their names, $2 their values, in the same order.
-- set_config() takes a value as configuration files write it, so that a list (search_path) stays a list.
-- In psql: \bind '{jit}' '{off}' \g
select set_config(setting.name, setting.value, false)
from unnest($1::text[], $2::text[]) as setting (name, value)
