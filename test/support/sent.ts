import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quoteIdent, quoteQualified } from '../../src/plan/ident.ts';
import type { Plan } from '../../src/plan/types.ts';
import type { RunEvent } from '../../src/run/index.ts';
import type { LogEntry } from './log.ts';
import { problemsOfSettings } from './sent-settings.ts';

/** What a server received from somebody who is not the test, and why that is right. */
export interface Sent {
  application: string;
  text: string;
  /** The file under sql/, or the kind of generated statement; null for one that nobody may send. */
  what: string | null;
  /** The server's own mention of a statement that failed: the same one as before, or one that it could not even parse. */
  again: boolean;
}

const folder = fileURLToPath(new URL('../../sql', import.meta.url));

/** Statements as their files say them, byte for byte. The demo's are the demo's: an engine has no business with them. */
const files = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sql') && !path.startsWith('demo'))
    .map((path) => [readFileSync(join(folder, path), 'utf8'), path]),
);

type Generated = Map<string, string>;

/** What the sessions that build and drop may send for this run. */
function byBuilders(plan: Plan, events: readonly RunEvent[]): Generated {
  const allowed: Generated = new Map([['RESET ALL', 'reset']]);
  for (const step of plan.sections.flatMap(({ steps }) => steps)) {
    if (step.kind === 'create-index') allowed.set(step.buildSql, 'build');
    else if (step.kind !== 'set') allowed.set(step.sql, step.kind);
  }
  for (const event of events) {
    // Only what is recorded as this run's own, or as agreed to.
    if (event.type === 'drop.started')
      allowed.set(`DROP INDEX CONCURRENTLY ${quoteQualified(event.schema, event.name)}`, 'drop');
  }
  return allowed;
}

/** What the session that validates may send: the plan's queries, a SELECT inside another one that cuts it short. */
function byValidation(plan: Plan, events: readonly RunEvent[]): Generated {
  const allowed: Generated = new Map();
  for (const { kind, sql } of plan.validations) {
    if (kind === 'explain') {
      allowed.set(sql, 'validation');
      continue;
    }
    allowed.set(`SELECT * FROM (${sql}\n) AS answer LIMIT 0`, 'validation');
    const answers = events.filter((event) => event.type === 'validation.finished' && event.sql === sql);
    for (const event of answers) {
      if (event.type !== 'validation.finished') continue;
      const names = event.columns.map((_, at) => `c${at}`);
      const cut = names.map((name) => `left(${name}::text, 2001)`).join(', ');
      const text = names.length === 0 ? 'SELECT FROM' : `SELECT ${cut} FROM`;
      const alias = names.length === 0 ? '' : ` (${names.join(', ')})`;
      allowed.set(`${text} (${sql}\n) AS answer${alias} LIMIT 51`, 'validation');
    }
  }
  return allowed;
}

/**
 * Accounts for every statement in a server's log that does not come from a session named `test`: by simple protocol, by
 * extended protocol, as a function call, or refused before it could be parsed.
 */
export function accountFor(entries: readonly LogEntry[], events: readonly RunEvent[]): Sent[] {
  const started = events.find((event) => event.type === 'run.started');
  if (started?.type !== 'run.started') throw new Error('a run begins with run.started');
  const builders = byBuilders(started.plan, events);
  const validation = byValidation(started.plan, events);
  const ledger: Generated = new Map(
    started.options.ledger
      ? [[`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(started.options.ledger.schema)}`, 'schema']]
      : [],
  );
  const generated = (application: string): Generated => {
    // A session of another run, or one that calls itself something else, may send nothing but files.
    const role = application === `indexdeck ${application.split(' ')[1]} ${started.run}` && application.split(' ')[1];
    if (!role) return new Map();
    if (/^(builder\d+|cleanup)$/.test(role)) return builders;
    if (role === 'ledger') return ledger;
    return role === 'validate' ? validation : new Map();
  };
  return entries.flatMap((entry, at): Sent[] => {
    if (entry.application === 'test') return [];
    const { application, level } = entry;
    const logged = /^(?:statement|execute [^:]*|fastpath function call): (.*)$/s.exec(entry.text)?.[1];
    const text = level === 'STATEMENT' ? entry.text : level === 'LOG' ? logged : undefined;
    if (text === undefined) return [];
    const file = application.startsWith('indexdeck ') ? files.get(text) : undefined;
    const what = file ?? generated(application).get(text) ?? null;
    const sent: Sent = { application, text, what, again: level === 'STATEMENT' };
    if (file !== 'session/configure_session.sql' || level !== 'LOG') return [sent];
    const parameters = entries.slice(at + 1).find(({ pid }) => pid === entry.pid);
    const problems = problemsOfSettings(parameters?.level === 'DETAIL' ? parameters.text : '', started.plan);
    return [sent, ...problems.map((problem) => ({ ...sent, text: problem, what: null }))];
  });
}

/** What nobody may have sent. */
export const foreignAmong = (sent: readonly Sent[]): Sent[] => sent.filter(({ what }) => what === null);
