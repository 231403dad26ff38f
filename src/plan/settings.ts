import { quoteIdent } from './ident.ts';
import { names } from './tree.ts';
import type { Setting } from './types.ts';

/** A VariableSetStmt as the parser gives it. */
export interface SetNode {
  kind?: string;
  name?: string;
  args?: unknown[];
  is_local?: boolean;
}

export type ReadSetting =
  | { as: 'setting'; setting: Setting; local: boolean }
  | { as: 'reset-all' }
  | { as: 'left-out'; why: string }
  | { as: 'refused'; why: string };

const READS_DIFFERENTLY = 'it changes how the server reads SQL, so that what was checked here is not what would run';

const REFUSED: ReadonlyMap<string, string> = new Map([
  ['role', 'it changes who the session is; connect as that role instead'],
  ['session_authorization', 'it changes who the session is; connect as that role instead'],
  ...[
    'default_transaction_read_only',
    'transaction_read_only',
    'default_transaction_isolation',
    'transaction_isolation',
    'default_transaction_deferrable',
    'transaction_deferrable',
  ].map(
    (name) =>
      [name, 'it changes the transactions of the sessions that build, and could make every build fail'] as const,
  ),
  ['session_replication_role', 'it turns off triggers and rules'],
  ['allow_system_table_mods', 'it takes the protection off the system tables'],
  ['zero_damaged_pages', 'it destroys data on damaged pages'],
  ['ignore_checksum_failure', 'it makes the server go on over damaged data'],
  ['ignore_system_indexes', 'it makes the server ignore its own indexes'],
  ['ignore_invalid_pages', 'it makes the server go on over damaged data'],
  ['session_preload_libraries', 'it loads code into the server'],
  ['local_preload_libraries', 'it loads code into the server'],
  ['dynamic_library_path', 'it loads code into the server'],
  ['backslash_quote', READS_DIFFERENTLY],
  ['escape_string_warning', READS_DIFFERENTLY],
]);

/** Settings that would kill or starve a build when they are not zero. */
export const KILLING_TIMEOUTS: ReadonlySet<string> = new Set([
  'lock_timeout',
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
  'idle_session_timeout',
]);

/** Lists whose parts the server keeps as quoted names. */
const NAME_LISTS: ReadonlySet<string> = new Set(['search_path', 'temp_tablespaces']);

/** What a SET or RESET asks for, and whether a plan may. */
export function readSetting(node: SetNode): ReadSetting {
  const name = (node.name ?? '').toLowerCase();
  if (node.kind === 'VAR_RESET_ALL') return { as: 'reset-all' };
  if (node.kind === 'VAR_SET_MULTI')
    return refused('it sets the mode of transactions, and every statement is sent on its own');
  if (node.kind === 'VAR_SET_CURRENT') return refused('SET ... FROM CURRENT means something only in CREATE FUNCTION');
  const reason = REFUSED.get(name);
  if (reason !== undefined) return refused(reason);
  if (name === 'application_name')
    return { as: 'left-out', why: 'indexdeck names its own sessions, to know them again' };

  const resets = node.kind === 'VAR_SET_DEFAULT' || node.kind === 'VAR_RESET';
  const value = resets ? null : valueText(name, node.args ?? []);
  if (value === undefined) return refused('its value is not a plain constant');
  const odd = fixedSetting(name, value);
  if (odd !== null) return odd;
  return { as: 'setting', setting: { name, value }, local: node.is_local === true };
}

/** The parts of a search path, unquoted, as the server keeps them in a setting's value. */
export function searchPathOf(node: SetNode): string[] | null {
  if (node.kind !== 'VAR_SET_VALUE') return null;
  const parts = (node.args ?? []).map(constantText);
  return parts.every((part) => part !== undefined) ? parts : null;
}

/**
 * SELECT pg_catalog.set_config('search_path', '', false), with which pg_dump begins, as the SET that it is; null for any other
 * SELECT.
 */
export function searchPathSelect(select: Record<string, unknown>): SetNode | null {
  const keys = Object.keys(select).filter((key) => !['targetList', 'limitOption', 'op'].includes(key));
  const [target, ...more] = (select.targetList ?? []) as {
    ResTarget?: { val?: { FuncCall?: Record<string, unknown> } };
  }[];
  const call = target?.ResTarget?.val?.FuncCall;
  if (call === undefined || more.length > 0 || keys.length > 0) return null;
  const [name, value, local, ...rest] = (call.args ?? []) as { A_Const?: { boolval?: { boolval?: boolean } } }[];
  if (names(call.funcname).at(-1) !== 'set_config' || rest.length > 0) return null;
  if (constantText(name)?.toLowerCase() !== 'search_path' || constantText(value) !== '') return null;
  if (local?.A_Const?.boolval === undefined || local.A_Const.boolval.boolval === true) return null;
  return { kind: 'VAR_SET_VALUE', name: 'search_path', args: [value], is_local: false };
}

/** True when the value of a timeout is zero in any of the ways to write it. */
export function isZero(value: string): boolean {
  return /^\s*[-+]?0*(?:\.0*)?(?:e[-+]?\d+)?\s*(?:us|ms|s|min|h|d)?\s*$/i.test(value) && /0/.test(value);
}

function refused(why: string): ReadSetting {
  return { as: 'refused', why };
}

function fixedSetting(name: string, value: string | null): ReadSetting | null {
  if (name === 'standard_conforming_strings') {
    if (value !== null && /^(?:on|true|yes|1|t|y|tr|tru|ye)$/i.test(value))
      return { as: 'left-out', why: 'it is always on here' };
    return refused(`${READS_DIFFERENTLY}; take it out, and write strings with backslashes in them as E'...'`);
  }
  if (name === 'client_encoding') {
    if (value !== null && /^['"]?(?:utf-?8|unicode)['"]?$/i.test(value))
      return { as: 'left-out', why: 'it is always UTF8 here' };
    return refused('plans are read and sent as UTF-8');
  }
  return null;
}

/** The value as set_config() would take it; undefined when it is no constant. */
function valueText(name: string, args: unknown[]): string | undefined {
  const parts = args.map(constantText);
  if (parts.length === 0 || parts.some((part) => part === undefined)) return undefined;
  return (parts as string[]).map((part) => (NAME_LISTS.has(name) ? quoteOrEmpty(part) : part)).join(', ');
}

function quoteOrEmpty(part: string): string {
  return part === '' ? '""' : quoteIdent(part);
}

function constantText(arg: unknown): string | undefined {
  const constant = (arg as { A_Const?: Record<string, Record<string, unknown>> }).A_Const;
  if (constant === undefined) return undefined;
  if (constant.sval !== undefined) return String(constant.sval.sval ?? '');
  if (constant.ival !== undefined) return String(constant.ival.ival ?? 0);
  if (constant.fval !== undefined) return String(constant.fval.fval);
  if (constant.boolval !== undefined) return constant.boolval.boolval === true ? 'on' : 'off';
  return undefined;
}
