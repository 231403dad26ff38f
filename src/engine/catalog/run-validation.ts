import type { ValidationStep } from '../../plan/types.ts';
import { configureSession } from '../../queries/configure_session.ts';
import { volatileFunctions } from '../../queries/functions_named.ts';
import { type ErrorFacts, ownError } from '../../run/index.ts';
import { toErrorFacts } from '../errors.ts';
import type { Executed, Session } from '../session.ts';
import { calledFunctions } from './called-functions.ts';
import { isHarmless } from './harmless-functions.ts';
import { searchPathText } from './search-path.ts';

/** What a validation gave, as the event `validation.finished` keeps it. */
export interface ValidationOutcome {
  ok: boolean;
  durationMs: number;
  columns: string[];
  /** At most 50 rows as text; NULL is empty, as psql shows it. */
  rows: string[][];
  /** There are more rows. */
  more: boolean;
  error: ErrorFacts | null;
}

const MOST_ROWS = 50;
const MOST_CHARACTERS = 2_000;
const STATEMENT_TIMEOUT_MS = 60_000;
/** Past this the server, or the way to it, is gone. */
const ANSWER_WITHIN_MS = STATEMENT_TIMEOUT_MS + 10_000;

/**
 * Runs a SELECT or EXPLAIN of the plan, read-only, for at most 60 s, and keeps at most 50 rows of at most 2,000 characters
 * a value; the server does not even send the rest. A statement that calls functions of which nobody can say that they only
 * read is not sent. The session must be there for this alone: its settings are changed. Never throws: `error` says why.
 */
export async function runValidation(session: Session, step: ValidationStep): Promise<ValidationOutcome> {
  let begun = performance.now();
  const ended = (part: Partial<ValidationOutcome>): ValidationOutcome => {
    const durationMs = Math.round(performance.now() - begun);
    return { ok: part.error === undefined, durationMs, columns: [], rows: [], more: false, error: null, ...part };
  };
  try {
    const functions = await calledFunctions(step.sql);
    await configureSession(session, settingsOf(step));
    const refusal = refusalOf(await volatileFunctions(session, functions));
    if (refusal !== null) return ended({ error: ownError(refusal) });
    begun = performance.now();
    return ended(step.kind === 'select' ? await select(session, step.sql) : await explain(session, step.sql));
  } catch (error) {
    return ended({ error: toErrorFacts(error) });
  }
}

/** The plan's own settings first: ours have the last word. */
function settingsOf(step: ValidationStep): Record<string, string> {
  const planned = step.settings.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]));
  return {
    ...Object.fromEntries(planned),
    ...(step.searchPath === null ? {} : { search_path: searchPathText(step.searchPath) }),
    statement_timeout: `${STATEMENT_TIMEOUT_MS}ms`,
    lock_timeout: '5s',
    default_transaction_read_only: 'on',
  };
}

function refusalOf(volatile: readonly { schema: string | null; name: string }[]): string | null {
  const refused = volatile.filter(({ schema, name }) => !isHarmless(schema, name));
  if (refused.length === 0) return null;
  const called = refused.map(({ schema, name }) => (schema === null ? `${name}()` : `${schema}.${name}()`)).join(', ');
  return (
    `It calls ${called}, declared VOLATILE, which may do more than read, also in a read-only session: it was not run. ` +
    'Leave it out of the validation, or declare the function STABLE if all it does is read.'
  );
}

/**
 * As a subquery, so that the server cuts rows and values before it sends them. What is asked first, for no row at all, is
 * only which columns there are: it is planned and not run.
 */
async function select(session: Session, sql: string): Promise<Partial<ValidationOutcome>> {
  const within = { timeoutMs: ANSWER_WITHIN_MS };
  const { columns } = await session.execute(`SELECT * FROM (${sql}\n) AS answer LIMIT 0`, within);
  // A SELECT may have no columns at all, and then there is nothing to show but how many rows there are.
  if (columns.length === 0)
    return kept(await session.execute(`SELECT FROM (${sql}\n) AS answer LIMIT ${MOST_ROWS + 1}`, within), []);
  const names = columns.map((_, nth) => `c${nth}`);
  const values = names.map((name) => `left(${name}::text, ${MOST_CHARACTERS + 1})`);
  const cut = `SELECT ${values.join(', ')} FROM (${sql}\n) AS answer (${names.join(', ')}) LIMIT ${MOST_ROWS + 1}`;
  return kept(await session.execute(cut, within), columns);
}

/** Its answer is as long as its plan is: the server can be left to send all of it. */
async function explain(session: Session, sql: string): Promise<Partial<ValidationOutcome>> {
  const answer = await session.execute(sql, { timeoutMs: ANSWER_WITHIN_MS });
  return kept(answer, answer.columns);
}

function kept(answer: Executed, columns: string[]): Partial<ValidationOutcome> {
  const rows = answer.rows.slice(0, MOST_ROWS).map((row) => row.map(shortened));
  return { columns, rows, more: answer.rows.length > MOST_ROWS };
}

function shortened(value: string | null): string {
  if (value === null) return '';
  return value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value;
}
