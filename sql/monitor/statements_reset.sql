-- When the counters of pg_stat_statements were reset last (extension 1.9, PostgreSQL 14 and later). In psql: run as it is.
select to_char(stats_reset at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as reset from pg_stat_statements_info
