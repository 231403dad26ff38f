import pg from 'pg';
import { configureSession } from '../../queries/configure_session.ts';
import { checkIndex, extension } from '../../queries/extension.ts';
import { indexStates } from '../../queries/index_facts.ts';
import type { VerifyResult } from '../../run/index.ts';
import { toErrorFacts } from '../errors.ts';
import type { Session } from '../session.ts';
import { searchPathText } from './search-path.ts';

/** One whole index may take that long. */
const STATEMENT_TIMEOUT_MS = 30 * 60_000;
const ANSWER_WITHIN_MS = STATEMENT_TIMEOUT_MS + 10_000;

const withProblem = (result: VerifyResult, problem: string): VerifyResult => ({
  ...result,
  ok: false,
  problems: [...result.problems, problem],
});

/**
 * Goes through each of these indexes that is a sound B-tree so far, with amcheck's bt_index_check, one after the other. What
 * was asked and could not be done is a problem of the index: nothing counts as proven that was not looked at. `isBtree` says
 * it of a step. The session must be there for this alone.
 */
export async function checkIndexes(
  session: Session,
  results: readonly VerifyResult[],
  isBtree: (step: number) => boolean,
): Promise<VerifyResult[]> {
  const wanted = results.filter(({ ok, oid, step }) => ok && oid !== null && isBtree(step));
  const states = await indexStates(
    session,
    wanted.flatMap(({ oid }) => oid ?? []),
  );
  const found = await extension(session, 'amcheck');
  await configureSession(session, {
    statement_timeout: `${STATEMENT_TIMEOUT_MS}ms`,
    lock_timeout: '5s',
    ...(found === null ? {} : { search_path: searchPathText([found.schema]) }),
  });
  const checked: VerifyResult[] = [];
  for (const result of results) {
    // The index of a partitioned table has no storage: there is nothing to go through.
    const index = result.oid !== null && wanted.includes(result) && states.get(result.oid)?.kind === 'i';
    if (!index || result.oid === null) checked.push(result);
    else if (found === null)
      checked.push(withProblem(result, 'it was not checked: the extension amcheck is not installed'));
    else checked.push(await checkOne(session, result, result.oid));
  }
  return checked;
}

async function checkOne(session: Session, result: VerifyResult, oid: number): Promise<VerifyResult> {
  const begun = performance.now();
  try {
    await checkIndex(session, oid, { timeoutMs: ANSWER_WITHIN_MS });
    return { ...result, checkedMs: Math.round(performance.now() - begun) };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || session.lost) throw error;
    return withProblem(result, `bt_index_check: ${toErrorFacts(error).message}`);
  }
}
