-- Whether the server takes these settings ($1 names, $2 values) from our role: they are set for this one statement only.
-- In psql: \bind '{work_mem}' '{64MB}' \g
select set_config(setting.name, setting.value, true)
from unnest($1::text[], $2::text[]) as setting (name, value)
