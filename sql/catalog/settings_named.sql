-- These settings ($1) as a new session of ours would have them: reset_val, in the setting's own unit. A name that the
-- server does not know gives no row. In psql: \bind '{maintenance_work_mem}' \g
select name, reset_val as value, unit, context
from pg_settings
where name = any ($1::text[])
