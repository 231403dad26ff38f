-- The statements of this database that took most time in all, from pg_stat_statements, which counts since its last reset;
-- those of all users together, constants as $1 and so on. Of others' statements a role without pg_read_all_stats sees no
-- text: how many those are says "hidden". The session's search path is the schema that the extension is in.
-- $1: how many; $2: query IDs that are wanted whatever they cost. In psql: \bind 10 '{}' \g
with statements as (
  select queryid, query, calls, total_exec_time, rows
  from pg_stat_statements
  where dbid = (select oid from pg_database where datname = current_database())
),
  summed as (
    select
      queryid::text as query_id,
      min(query) as query,
      sum(calls)::float8 as calls,
      sum(total_exec_time) as total_ms,
      sum(rows)::float8 as rows
    from statements
    where queryid is not null
    group by queryid
  ),
  ranked as (
    select *, row_number() over (order by total_ms desc) as rank from summed
  )
select
  query_id, query, calls, total_ms, rows,
  (select count(*) from statements where queryid is null)::int as hidden
from ranked
where rank <= $1 or query_id = any ($2::text[])
order by total_ms desc
