-- What a screen elsewhere needs of the run $1, in one row: at most 500 events behind number $2, in order; the newest sample,
-- if it was taken after $3; the orders that wait; and whether the run's engine is connected: the session that holds the lock
-- has the run's name, which every role may see. The names of other sessions can be chosen by anybody: it is a sign of life,
-- and no proof. No row: there is no such run. In psql: \bind 20261123-192011-abcd 0 -infinity \g
select
  array(
    select event::text from events where events.run = runs.run and seq > $2::int order by seq limit 500
  ) as events,
  (select sample::text from samples where samples.run = runs.run and samples.at > $3::timestamptz) as sample,
  (
    select coalesce(json_agg(json_build_object(
      'id', id::text, 'command', command, 'by', ordered_by, 'role', role,
      'at', to_char(ordered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    ) order by id), '[]')
    from commands where commands.run = runs.run and state = 'pending'
  ) as pending,
  exists (
    select from pg_stat_activity
    where datname = current_database() and application_name = left('indexdeck lock ' || runs.run, 63)
  ) as engine
from runs where run = $1::text
