-- Whether the engine of the run $1 is connected: the session that holds its lock has the run's name, which every role may see.
-- Anybody can choose such a name: it is a sign of life, and no proof. In psql: \bind 20261123-192011-abcd \g
select exists (
  select from pg_stat_activity
  where datname = current_database() and application_name = left('indexdeck lock ' || $1::text, 63)
) as there
