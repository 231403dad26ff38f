-- The orders to the run $1 that wait, for whoever watches. In psql: \bind 20261123-192011-abcd \g
select
  id::text as id, command, ordered_by as by, role::text as role,
  to_char(ordered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
from commands
where run = $1::text and state = 'pending'
order by commands.id
limit 100
