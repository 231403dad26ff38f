-- Every second, apart from the rest since managed servers may refuse a part of it: where the WAL ends, how far each
-- physical replica has replayed it, and the most that a slot holds back.
--
-- "replayLagS" is the server's own measure; it is NULL when the replica is idle, and keeps its last value when the replica
-- stands still: the position says more. Logical subscribers confirm when they like: their slots tell of them.
-- A role without pg_read_all_stats sees that there are WAL senders but not what they do ("hiddenReplicas").
with
  wal as (
    select
      case
        when pg_is_in_recovery() then coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
        else pg_current_wal_lsn()
      end as lsn
  ),
  replicas as (
    select
      replica.pid,
      replica.state is null as hidden,
      extract(epoch from replica.replay_lag)::float8 as replay_lag_s,
      pg_wal_lsn_diff(replica.replay_lsn, '0/0')::float8 as replayed
    from pg_stat_replication as replica
    left join pg_replication_slots as slot on slot.active_pid = replica.pid
    where slot.slot_type is distinct from 'logical'
      and (replica.state is null or replica.state in ('streaming', 'catchup') and replica.replay_lsn is not null)
  )
select
  pg_is_in_recovery() as "standby",
  pg_wal_lsn_diff(wal.lsn, '0/0')::float8 as "walBytes",
  (select count(*) from replicas where hidden)::int as "hiddenReplicas",
  (
    select coalesce(json_agg(json_build_object('pid', pid, 'replayLagS', replay_lag_s, 'replayed', replayed)), '[]')
    from replicas where not hidden
  ) as "replicas",
  (
    select coalesce(max(greatest(pg_wal_lsn_diff(wal.lsn, restart_lsn), 0)), 0)::float8
    from pg_replication_slots where wal_status is distinct from 'lost'
  ) as "retainedBytes",
  (select count(*) from pg_replication_slots where wal_status is distinct from 'lost')::int as "slots"
from wal
