import { parseSync } from 'libpg-query';
import pg from 'pg';
import { loadParser } from '../../src/plan/index.ts';
import type { Plan } from '../../src/plan/types.ts';

await loadParser();

const textArray = pg.types.getTypeParser(1009 as never) as unknown as (text: string) => string[];

/** The settings that an engine has a reason of its own to set. */
const OWN = new Set([
  'client_connection_check_interval',
  'client_encoding',
  'client_min_messages',
  'default_transaction_read_only',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'indexdeck.sample',
  'indexdeck.sampled',
  'indexdeck.tried',
  'indexdeck.try',
  'jit',
  'lock_timeout',
  'maintenance_work_mem',
  'max_parallel_maintenance_workers',
  'search_path',
  'standard_conforming_strings',
  'statement_timeout',
  'synchronous_commit',
  'tcp_keepalives_count',
  'tcp_keepalives_idle',
  'tcp_keepalives_interval',
  'transaction_timeout',
]);

interface Trial {
  creates: { sql: string; half?: string | null }[];
}

/** The settings that hold statements, the scratch tables that these may be about, and where in the value they are. */
const STATEMENTS: Readonly<Record<string, { tables: readonly string[]; trials(value: string): Trial[] }>> = {
  'indexdeck.try': { tables: ['indexdeck_try'], trials: (value) => JSON.parse(value) as Trial[] },
  'indexdeck.sample': {
    tables: ['indexdeck_sample', 'indexdeck_half'],
    trials: (value) => (JSON.parse(value) as { tables: Trial[] }).tables,
  },
};

/**
 * What is wrong with the settings that a session of the engine set, from the server's own note of the parameters. Two of
 * them hold statements, which catalog/try_indexes.sql and sample_indexes.sql carry out: each must be one index on a scratch table.
 */
export function problemsOfSettings(parameters: string, plan: Plan): string[] {
  const match = /^parameters: \$1 = '(\{.*?\})', \$2 = '(.*)'$/is.exec(parameters);
  if (match === null) return [`settings without parameters: ${parameters}`];
  const [names, values] = [match[1] ?? '', match[2] ?? ''].map((text) => textArray(text.replaceAll("''", "'")));
  const planned = new Set(
    [...plan.sections.flatMap(({ steps }) => steps), ...plan.validations].flatMap(({ settings }) =>
      settings.map(({ name }) => name),
    ),
  );
  return (names ?? []).flatMap((name, at) => {
    if (!OWN.has(name) && !planned.has(name)) return [`the setting ${name}`];
    const holds = STATEMENTS[name];
    if (holds === undefined) return [];
    const trials = holds.trials(values?.[at] ?? '[]');
    const statements = trials.flatMap(({ creates }) =>
      creates.flatMap(({ sql, half }) => (half ? [sql, half] : [sql])),
    );
    return statements.filter((sql) => !isOn(holds.tables, sql));
  });
}

function isOn(tables: readonly string[], sql: string): boolean {
  const { stmts } = parseSync(sql);
  const { IndexStmt: index } = (stmts?.[0]?.stmt ?? {}) as { IndexStmt?: { relation?: Record<string, unknown> } };
  return (
    stmts?.length === 1 && index?.relation?.schemaname === 'pg_temp' && tables.includes(String(index.relation.relname))
  );
}
