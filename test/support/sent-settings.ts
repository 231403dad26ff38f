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
  creates: { sql: string }[];
}

/**
 * What is wrong with the settings that a session of the engine set, from the server's own note of the parameters. One of
 * them holds statements, which catalog/try_indexes.sql carries out: each must be one index on the scratch table.
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
    if (name !== 'indexdeck.try') return [];
    const trials = JSON.parse(values?.[at] ?? '[]') as Trial[];
    return trials.flatMap(({ creates }) => creates.map(({ sql }) => sql)).filter((sql) => !isTrial(sql));
  });
}

function isTrial(sql: string): boolean {
  const { stmts } = parseSync(sql);
  const { IndexStmt: index } = (stmts?.[0]?.stmt ?? {}) as { IndexStmt?: { relation?: Record<string, unknown> } };
  return stmts?.length === 1 && index?.relation?.schemaname === 'pg_temp' && index.relation.relname === 'indexdeck_try';
}
