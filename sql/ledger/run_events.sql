-- The events of the run $1, in order, as their journal has them. In psql: \bind 20261123-192011-abcd \g
select event::text as event from events where run = $1 order by seq
