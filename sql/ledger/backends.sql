-- Which of the backends with the pids $1 are connected to this database, and as which role. Every role may see so much.
-- In psql: \bind '{1,2}' \g
select pid, usename::text as role from pg_stat_activity
where pid = any ($1::int[]) and datname = current_database() and usename is not null
