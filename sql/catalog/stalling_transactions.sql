-- Transactions of this database that a concurrent build would wait for, oldest first, sessions and prepared ones alike.
-- $1: pids of our own sessions; $2: OIDs of the tables to be indexed; $3: least age in seconds.
-- Why one stalls a build: it holds a snapshot (backend_xmin: the last wait, whatever tables it read), or it holds a lock on
-- one of the tables that conflicts with SHARE (the two waits for writers). One that is idle in a transaction and holds
-- neither stalls nothing as it is. VACUUM is not waited for.
-- Without pg_read_all_stats the times of others are NULL: such a transaction is given without an age.
-- In psql: \bind '{}' '{}' 60 \g
with
  conflicting as materialized (
    select pid, virtualtransaction, format('%s.%s', nspname, relname) as "table"
    from pg_locks
    join pg_class on pg_class.oid = relation
    join pg_namespace on pg_namespace.oid = relnamespace
    where locktype = 'relation' and granted and relation = any ($2::oid[])
      and database = (select oid from pg_database where datname = current_database())
      and mode not in ('AccessShareLock', 'RowShareLock', 'ShareLock')
  ),
  stalling as (
    select
      activity.pid,
      activity.usename::text as "user",
      activity.application_name as application,
      host(activity.client_addr) as client,
      activity.state,
      left(activity.query, 200) as query,
      extract(epoch from clock_timestamp() - activity.xact_start)::float8 as age_s,
      activity.backend_xmin is not null as snapshot,
      array(select distinct "table" from conflicting where conflicting.pid = activity.pid) as tables,
      null::text as gid
    from pg_stat_activity as activity
    where activity.datname = current_database()
      and activity.pid <> all ($1::int[] || pg_backend_pid())
      and activity.leader_pid is null
      and activity.backend_type is distinct from 'autovacuum worker'
      and (activity.backend_xmin is not null or activity.backend_xid is not null
        or activity.pid in (select pid from conflicting))
      and activity.pid not in (select pid from pg_stat_progress_vacuum)
      -- A build beside ours is another finding.
      and activity.pid not in (select pid from pg_stat_progress_create_index)
    union all
    select
      0, prepared.owner::text, null, null, 'prepared', null,
      extract(epoch from clock_timestamp() - prepared.prepared)::float8,
      false,
      -- Its locks have no pid; the virtual transaction they share is the one that holds the lock on its transaction ID.
      array(select distinct "table"
            from pg_locks as own
            join conflicting on conflicting.virtualtransaction = own.virtualtransaction and conflicting.pid is null
            where own.locktype = 'transactionid' and own.pid is null and own.transactionid = prepared.transaction),
      prepared.gid
    from pg_prepared_xacts as prepared
    where prepared.database = current_database()
  )
select * from stalling
where gid is not null
  or ((snapshot or cardinality(tables) > 0) and (age_s is null or age_s >= $3::float8))
order by age_s desc nulls last
