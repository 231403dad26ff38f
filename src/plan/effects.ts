import { names, walk } from './tree.ts';

/**
 * Functions that do something, by what they do. A read-only transaction stops hardly any of them. A star stands for any
 * ending; a name with a dot is meant in that schema only. Nobody can list what an installation's own functions do: those
 * are the business of the session that runs the validations, which is read-only.
 */
const EFFECTS: readonly (readonly [effect: string, functions: string])[] = [
  ['ends or interrupts other sessions', 'pg_terminate_backend pg_cancel_backend pg_terminate_session'],
  [
    'changes how the server runs',
    `pg_reload_conf pg_rotate_logfile pg_rotate_logfile_old pg_logfile_rotate pg_promote pg_wal_replay_pause
     pg_wal_replay_resume pg_xlog_replay_pause pg_xlog_replay_resume pg_log_backend_memory_contexts
     pg_start_backup pg_stop_backup pg_backup_start pg_backup_stop pg_create_restore_point pg_sync_replication_slots`,
  ],
  ['writes WAL', 'pg_switch_wal pg_switch_xlog pg_logical_emit_message pg_log_standby_snapshot'],
  [
    'changes replication slots or origins',
    `pg_create_physical_replication_slot pg_create_logical_replication_slot pg_copy_physical_replication_slot
     pg_copy_logical_replication_slot pg_drop_replication_slot pg_replication_slot_advance pg_logical_slot_get_changes
     pg_logical_slot_get_binary_changes pg_logical_slot_peek_changes pg_logical_slot_peek_binary_changes
     pg_replication_origin_create pg_replication_origin_drop pg_replication_origin_advance
     pg_replication_origin_session_* pg_replication_origin_xact_*`,
  ],
  ['moves a sequence', 'setval nextval'],
  ['changes a session setting', 'set_config'],
  ['takes or releases locks', 'pg_advisory_* pg_try_advisory_*'],
  ['writes or deletes large objects', 'lo_* lo loread lowrite'],
  ['reaches out of the database', 'dblink dblink_* dblink.* http http_* net.http_* aws_s3.* aws_lambda.* xpath_table'],
  ['sends a notification', 'pg_notify'],
  [
    "reads or writes the server's files",
    'pg_read_file pg_read_binary_file pg_stat_file pg_ls_* pg_file_* pg_read_server_files',
  ],
  ['holds a snapshot or waits, and so stalls every build', 'pg_sleep pg_sleep_for pg_sleep_until pg_export_snapshot'],
  [
    'runs other SQL, which cannot be checked',
    `query_to_xml query_to_xml_and_xmlschema query_to_xmlschema cursor_to_xml cursor_to_xmlschema table_to_xml*
     schema_to_xml* database_to_xml* ts_stat ts_rewrite crosstab crosstab2 crosstab3 crosstab4 crosstabn connectby
     run_command_on_* master_run_on_worker cron.* pg_background_*`,
  ],
  [
    'resets or forges statistics',
    `pg_stat_reset pg_stat_reset_* pg_stat_statements_reset pg_restore_relation_stats pg_restore_attribute_stats
     pg_clear_relation_stats pg_clear_attribute_stats pg_set_relation_stats pg_set_attribute_stats pg_wait_sampling_reset_profile`,
  ],
  [
    'writes to an index, a table or a catalog',
    `brin_summarize_new_values brin_summarize_range brin_desummarize_range gin_clean_pending_list
     pg_import_system_collations pg_nextoid pg_extension_config_dump pg_stop_making_pinned_objects binary_upgrade_*
     pg_truncate_visibility_map heap_force_kill heap_force_freeze create_hypertable drop_chunks addgeometrycolumn
     dropgeometrycolumn dropgeometrytable`,
  ],
];

const byName = new Map<string, string>();
const byPrefix: [string, string][] = [];
for (const [effect, functions] of EFFECTS) {
  for (const name of functions.trim().split(/\s+/)) {
    if (name.endsWith('*')) byPrefix.push([name.slice(0, -1), effect]);
    else byName.set(name, effect);
  }
}

/** What the function does that no plan may do, or null. Case does not matter: too much is refused rather than too little. */
export function effectOf(qualified: readonly string[]): string | null {
  const name = (qualified.at(-1) ?? '').toLowerCase();
  const full = qualified.slice(-2).join('.').toLowerCase();
  for (const candidate of [name, full]) {
    const effect = byName.get(candidate) ?? byPrefix.find(([prefix]) => candidate.startsWith(prefix))?.[1];
    if (effect !== undefined) return effect;
  }
  return null;
}

/** The sentence that refuses a statement for a function it calls anywhere inside, or null. */
export function functionEffect(statement: unknown): string | null {
  let found: string | null = null;
  walk(statement, (key, node) => {
    if (found !== null) return;
    const name = key === 'FuncCall' ? names(node.funcname) : key === 'A_Indirection' ? attributeCall(node) : [];
    const effect = name.length > 0 ? effectOf(name) : null;
    if (effect !== null) found = `it calls ${name.join('.')}(), which ${effect}`;
  });
  return found;
}

/** `(x).f` is the same to the server as `f(x)` when x has no such field. */
function attributeCall(node: Record<string, unknown>): string[] {
  const last = Array.isArray(node.indirection) ? names(node.indirection.slice(-1)) : [];
  return last;
}

/** Why a SELECT is more than a question, or null when it only reads as far as its text can tell. */
export function selectEffect(statement: unknown): string | null {
  let found: string | null = null;
  walk(statement, (key, node) => {
    found ??= clauseEffect(key, node);
  });
  return found ?? functionEffect(statement);
}

function clauseEffect(key: string, node: Record<string, unknown>): string | null {
  switch (key) {
    case 'InsertStmt':
      return 'it inserts rows';
    case 'UpdateStmt':
      return 'it updates rows';
    case 'DeleteStmt':
      return 'it deletes rows';
    case 'MergeStmt':
      return 'it merges rows';
    case 'SelectStmt':
    case 'larg':
    case 'rarg':
      if (node.intoClause !== undefined) return 'SELECT INTO creates a table';
      if (node.lockingClause !== undefined) return 'it locks rows (FOR UPDATE or FOR SHARE)';
      return null;
    case 'intoClause':
      return 'SELECT INTO creates a table';
    case 'LockingClause':
      return 'it locks rows (FOR UPDATE or FOR SHARE)';
    default:
      return null;
  }
}
