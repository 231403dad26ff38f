-- When the statistics of this database were reset last; null when never.
select to_char(stats_reset at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as reset
from pg_stat_database
where datname = current_database()
