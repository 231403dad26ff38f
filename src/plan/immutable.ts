import type { IndexStmt } from './parser.ts';
import { names, walk } from './tree.ts';

/**
 * Functions that no version of PostgreSQL calls immutable, in any of their forms: an index may not use them. Only well-known
 * ones, and only those whose every form is stable or volatile; date_trunc() and its like depend on the type, which only the
 * server knows. The test compares the list with pg_proc.
 */
export const NOT_IMMUTABLE: ReadonlySet<string> = new Set(
  `now clock_timestamp statement_timestamp transaction_timestamp timeofday to_char random
   gen_random_uuid nextval currval lastval current_setting set_config pg_backend_pid
   current_schemas version txid_current pg_current_xact_id pg_postmaster_start_time pg_conf_load_time
   inet_client_addr inet_server_addr pg_is_in_recovery pg_sleep to_json to_jsonb row_to_json array_to_json
   json_build_object jsonb_build_object json_build_array jsonb_build_array concat concat_ws format array_to_string
   to_regclass to_regtype pg_get_viewdef pg_get_indexdef obj_description col_description
   has_table_privilege has_schema_privilege pg_relation_size pg_total_relation_size
   pg_table_size`
    .trim()
    .split(/\s+/),
);

/** Of extensions that many have. */
const OF_EXTENSIONS: ReadonlySet<string> = new Set([
  'unaccent',
  'uuid_generate_v1',
  'uuid_generate_v1mc',
  'uuid_generate_v4',
]);

/** Function-like words of the grammar; none of them is immutable. */
const WORDS: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: 'CURRENT_DATE',
  SVFOP_CURRENT_TIME: 'CURRENT_TIME',
  SVFOP_CURRENT_TIME_N: 'CURRENT_TIME',
  SVFOP_CURRENT_TIMESTAMP: 'CURRENT_TIMESTAMP',
  SVFOP_CURRENT_TIMESTAMP_N: 'CURRENT_TIMESTAMP',
  SVFOP_LOCALTIME: 'LOCALTIME',
  SVFOP_LOCALTIME_N: 'LOCALTIME',
  SVFOP_LOCALTIMESTAMP: 'LOCALTIMESTAMP',
  SVFOP_LOCALTIMESTAMP_N: 'LOCALTIMESTAMP',
  SVFOP_CURRENT_ROLE: 'CURRENT_ROLE',
  SVFOP_CURRENT_USER: 'CURRENT_USER',
  SVFOP_USER: 'USER',
  SVFOP_SESSION_USER: 'SESSION_USER',
  SVFOP_CURRENT_CATALOG: 'CURRENT_CATALOG',
  SVFOP_CURRENT_SCHEMA: 'CURRENT_SCHEMA',
};

/** Why the server would refuse the index's expressions or predicate, with the offset in bytes where it shows; or null. */
export function notImmutable({ indexParams, whereClause }: IndexStmt): { why: string; byte: number | null } | null {
  let found: { why: string; byte: number | null } | null = null;
  const say = (why: string, node: Record<string, unknown>) => {
    found ??= { why, byte: typeof node.location === 'number' ? node.location : null };
  };
  walk([indexParams, whereClause], (key, node) => {
    if (key === 'SubLink') say('the server allows no subquery in an index', node);
    if (key === 'SQLValueFunction') say(sentence(WORDS[String(node.op)] ?? 'a word such as CURRENT_DATE'), node);
    if (key !== 'FuncCall') return;
    if (node.over !== undefined) say('the server allows no window function in an index', node);
    const parts = names(node.funcname);
    const name = parts.at(-1) ?? '';
    const [schema] = parts.length > 1 ? parts : ['pg_catalog'];
    const ours = schema === 'pg_catalog' && NOT_IMMUTABLE.has(name);
    if (ours || (parts.length === 1 && OF_EXTENSIONS.has(name))) say(sentence(`${name}()`), node);
    if (name === 'to_tsvector' && parts.length === 1 && argsOf(node) === 1)
      say(
        "to_tsvector() with one argument goes by a setting, and an index may use immutable functions only: name the configuration, as in to_tsvector('english', ...)",
        node,
      );
  });
  return found;
}

const argsOf = (node: Record<string, unknown>): number => (Array.isArray(node.args) ? node.args.length : 0);

function sentence(what: string): string {
  return `${what} gives another answer at another time or in another session, and an index may use immutable functions only`;
}
