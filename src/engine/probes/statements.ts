import pg from 'pg';
import { loadParser } from '../../plan/index.ts';
import { parseStatement } from '../../plan/parser.ts';
import { configureSession } from '../../queries/configure_session.ts';
import { extension } from '../../queries/extension.ts';
import { expensiveStatements, type StatementRow, statementsReset } from '../../queries/statements.ts';
import type { StatementFacts, StatementsRead, TableFacts } from '../../run/index.ts';
import { relationsIn } from '../catalog/called-functions.ts';
import { searchPathText } from '../catalog/search-path.ts';
import { type Session, toErrorFacts, watchingSettings } from '../session.ts';
import type { Sessions } from '../sessions.ts';

const EXTENSION = 'pg_stat_statements';
/** So many of the most expensive are looked through... */
const LOOKED_AT = 300;
/** ...for so many on the plan's tables. */
const MOST = 20;
const MOST_CHARACTERS = 4_000;

/** Whether a statement reads or writes one of these tables, by name. Utility statements do not count: their text is not normalised. */
const touches = (query: string, tables: readonly TableFacts[]): boolean => {
  const parsed = parseStatement(query);
  if (!parsed.ok) return false;
  const [kind = ''] = Object.keys(parsed.statement);
  if (!['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'].includes(kind)) return false;
  return relationsIn(parsed.statement).some(({ schema, name }) =>
    tables.some((table) => table.name === name && (schema === null || table.schema === schema)),
  );
};

const factsOf = ({ query_id, query, calls, total_ms, rows }: StatementRow): StatementFacts => ({
  queryId: query_id,
  query: query.length > MOST_CHARACTERS ? `${query.slice(0, MOST_CHARACTERS)}…` : query,
  calls,
  meanMs: calls === 0 ? 0 : total_ms / calls,
  totalMs: total_ms,
  rows,
});

const read = async (
  session: Session,
  tables: readonly TableFacts[],
  wanted: readonly string[],
): Promise<Omit<StatementsRead, 'when'>> => {
  const nothing = (why: string) => ({ statements: [], statsReset: null, why });
  const found = await extension(session, EXTENSION);
  if (found === null) return nothing(`The extension ${EXTENSION} is not installed in this database.`);
  await configureSession(session, { search_path: searchPathText([found.schema]) });
  await loadParser();
  const rows = await expensiveStatements(session, LOOKED_AT, wanted);
  const onTables = rows.filter(({ query }) => touches(query, tables));
  const kept = onTables.filter(({ query_id }, at) => at < MOST || wanted.includes(query_id));
  const hidden = rows[0]?.hidden ?? 0;
  if (kept.length === 0 && hidden > 0)
    return nothing(`The texts of ${hidden} statements are hidden from this role: grant it pg_read_all_stats.`);
  return { statements: kept.map(factsOf), statsReset: await lastReset(session), why: null };
};

/** Older extensions do not keep it. */
const lastReset = async (session: Session): Promise<string | null> => {
  try {
    return await statementsReset(session);
  } catch (error) {
    if (error instanceof pg.DatabaseError && !session.lost) return null;
    throw error;
  }
};

/** The same on this session, whose search path it sets: the most expensive and those wanted, by query ID. */
export const statementsOn = async (
  session: Session,
  tables: readonly TableFacts[],
  wanted: readonly string[],
): Promise<Omit<StatementsRead, 'when'>> => {
  try {
    return await read(session, tables, wanted);
  } catch (error) {
    return { statements: [], statsReset: null, why: toErrorFacts(error).message };
  }
};

/**
 * The most expensive statements on the plan's tables, on a session of its own, where the server counts them. `before`: those
 * that were read before, to be read again. Never fails: `why` says what was in the way.
 */
export const readStatements = async (
  sessions: Sessions,
  tables: readonly TableFacts[],
  when: StatementsRead['when'],
  before: StatementsRead | null,
): Promise<StatementsRead> => {
  let session: Session | null = null;
  try {
    session = await sessions.open('statements', watchingSettings);
    const wanted = (before?.statements ?? []).map(({ queryId }) => queryId);
    return { when, ...(await statementsOn(session, tables, wanted)) };
  } catch (error) {
    return { when, statements: [], statsReset: null, why: toErrorFacts(error).message };
  } finally {
    await session?.close();
  }
};
