/**
 * The server's own VOLATILE functions that change nothing but the session that calls them: they read the clock, sizes,
 * states, or dice. All others are refused in a validation (`runValidation`).
 */
const HARMLESS: ReadonlySet<string> = new Set(
  `random random_normal setseed clock_timestamp timeofday gen_random_uuid uuidv4 uuidv7 current_query currval lastval
   pg_relation_size pg_table_size pg_indexes_size pg_total_relation_size pg_database_size pg_tablespace_size
   pg_partition_tree pg_partition_ancestors pg_sequence_last_value pg_collation_actual_version
   pg_database_collation_actual_version pg_is_in_recovery pg_current_wal_lsn pg_current_wal_insert_lsn
   pg_current_wal_flush_lsn pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp
   pg_is_wal_replay_paused pg_get_wal_replay_pause_state pg_blocking_pids pg_safe_snapshot_blocking_pids pg_lock_status
   pg_prepared_xact pg_jit_available pg_control_checkpoint pg_control_init pg_control_recovery pg_control_system
   pg_xact_commit_timestamp pg_xact_status txid_status pg_last_committed_xact pg_notification_queue_usage
   pg_stat_clear_snapshot pg_stat_have_stats pg_get_shmem_allocations pg_show_replication_origin_status
   pg_stat_get_xact_numscans pg_stat_get_xact_tuples_returned pg_stat_get_xact_tuples_fetched
   pg_stat_get_xact_blocks_fetched pg_stat_get_xact_blocks_hit amvalidate`.split(/\s+/),
);

/** True for the server's own function of this name; one of the same name in another schema is another function. */
export const isHarmless = (schema: string | null, name: string): boolean =>
  (schema === null || schema === 'pg_catalog') && HARMLESS.has(name);
