import pg from 'pg';
import { quoteIdent, quoteQualified } from '../../plan/ident.ts';
import type { CreateIndexStep } from '../../plan/types.ts';
import type { PlannedIndexRow } from '../../queries/planned_indexes.ts';
import { type Trial, type Tried, tryIndexes } from '../../queries/try_indexes.ts';
import type { Session } from '../session.ts';
import { retargeted } from './plan-text.ts';
import { searchPathText } from './search-path.ts';

/** A planned index to be tried; `there`: compare it with the index that stands in its place. */
export interface TrialWish {
  row: PlannedIndexRow;
  create: CreateIndexStep;
  there: boolean;
}

/** Indexes tried in one statement: it holds a snapshot as long as it runs. */
const AT_ONCE = 200;

/**
 * Has the server build the planned indexes on empty scratch copies of their tables, and gives what it says of each step. A
 * server that lets us make no scratch table at all says so for each.
 */
export async function tryPlanned(session: Session, wishes: readonly TrialWish[]): Promise<Map<number, Tried>> {
  const outcome = new Map<number, Tried>();
  for (let at = 0; at < wishes.length; at += AT_ONCE) {
    const part = wishes.slice(at, at + AT_ONCE);
    try {
      for (const [step, tried] of await tryIndexes(session, trialsOf(part))) outcome.set(step, tried);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || session.lost) throw error;
      const { code = '', message, detail = '', hint = '' } = error;
      for (const { row } of part) {
        outcome.set(row.step, { step: row.step, sqlstate: code, message, detail, hint, copied: false });
      }
    }
  }
  return outcome;
}

/** One copy for all indexes of a table under one search path. */
function trialsOf(wishes: readonly TrialWish[]): Trial[] {
  const trials = new Map<string, Trial>();
  for (const { row, create, there } of wishes) {
    if (row.table_schema === null || row.table_name === null || row.table_owner === null) continue;
    const path = create.searchPath === null ? null : searchPathText(create.searchPath);
    const key = `${row.table_oid} ${path}`;
    const trial = trials.get(key) ?? {
      like: quoteQualified(row.table_schema, row.table_name),
      owner: quoteIdent(row.table_owner),
      path,
      creates: [],
    };
    trials.set(key, trial);
    trial.creates.push({ step: row.step, sql: retargeted(create), there: there ? row.index_oid : null });
  }
  return [...trials.values()];
}
