-- How far the run $1 is, in one row: the number of its newest event, the events behind number $2 in order, 200 at most, and how
-- many orders wait. No row: there is no such run. In psql: \bind 20261123-192011-abcd 0 \g
select
  runs.seq,
  array(
    select event::text from events where events.run = $1::text and events.seq > $2::int order by events.seq limit 200
  ) as events,
  (select count(*)::int from commands where commands.run = $1::text and state = 'pending') as waiting
from runs
where runs.run = $1::text
