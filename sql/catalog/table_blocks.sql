-- What these tables have on disk now, $1 their OIDs, one row each: blocks of the main fork, and of a row the bytes of the columns that are
-- of fixed length and how many are not. It goes by the catalog's columns and needs no statistics. A table that somebody holds or awaits
-- ACCESS EXCLUSIVE on is left out: pg_relation_size would wait behind it.
-- In psql: \bind '{1259}' \g
with locked as materialized (
  select relation
  from pg_locks
  where locktype = 'relation'
    and database = (select oid from pg_database where datname = current_database())
    and mode = 'AccessExclusiveLock'
    and pid is distinct from pg_backend_pid()
),
free as materialized (
  select wanted.oid
  from unnest($1::oid[]) as wanted (oid)
  where not exists (select from locked where relation = wanted.oid)
)
select
  free.oid::int as table_oid,
  (pg_relation_size(free.oid) / current_setting('block_size')::int)::int as blocks,
  current_setting('block_size')::int as block_size,
  coalesce(sum(attlen) filter (where attlen > 0), 0)::int as fixed_bytes,
  (count(attlen) filter (where attlen < 0))::int as varying
from free
join pg_class as relation on relation.oid = free.oid and relkind in ('r', 'm')
left join pg_attribute on attrelid = free.oid and attnum > 0 and not attisdropped
group by free.oid
