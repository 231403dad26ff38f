-- The orders to the run $1 that wait, in the order in which they were given: 200 at most, the rest the next time.
-- In psql: \bind 20261123-192011-abcd \g
select
  id::int8::text as id, command::text as command, ordered_by, role::text as role,
  (extract(epoch from clock_timestamp() - ordered_at) * 1000)::float8 as age_ms
from commands
where run = $1 and state = 'pending'
order by commands.id
limit 200
