import type { CreateIndexStep } from '../plan/types.ts';
import { indexStates } from '../queries/index_facts.ts';
import { listIndexes } from '../queries/list_indexes.ts';
import { builtWith, type Input, isPassing, partMark, type RunState, type VerifyResult } from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import { bytesOfDatabase, checkIndexes, verifyIndexes, verifyReindexes } from './catalog/index.ts';
import { readStatements } from './probes/statements.ts';
import { type Session, toErrorFacts, watchingSettings } from './session.ts';
import type { Sessions } from './sessions.ts';
import { pause } from './time.ts';

const AGAIN_MS = 2_000;

const isBtree =
  (state: RunState) =>
  (id: number): boolean => {
    const step = state.steps[id]?.step;
    if (step?.kind === 'create-index') return step.method === 'btree';
    const rebuilt = state.reindexed.find((index) => index.step === id);
    return rebuilt !== undefined && / USING btree /.test(rebuilt.definition);
  };

/** Goes through the indexes on a session of its own; a connection that was lost is no answer. */
const check = async (sessions: Sessions, state: RunState, results: VerifyResult[]): Promise<VerifyResult[]> => {
  for (let again = 0; ; again++) {
    let session: Session | null = null;
    try {
      session = await sessions.open('amcheck', watchingSettings);
      return await checkIndexes(session, results, isBtree(state));
    } catch (error) {
      const facts = toErrorFacts(error);
      if (!isPassing(facts) || again >= state.options.retries)
        return results.map((result) =>
          result.ok && isBtree(state)(result.step)
            ? { ...result, ok: false, problems: [`it was not checked: ${facts.message}`] }
            : result,
        );
    } finally {
      await session?.close();
    }
    await pause(AGAIN_MS);
  }
};

/** By the name that it has now: one of a replacement has got its own since it was built. */
const standing = (state: RunState, step: number, create: CreateIndexStep): CreateIndexStep => ({
  ...create,
  name: state.created.find((index) => index.step === step)?.name ?? create.name,
});

/** What the plan dropped has to be gone, by its OID. */
const verifyDrops = async (session: Session, state: RunState): Promise<VerifyResult[]> => {
  const there = await indexStates(
    session,
    state.removed.map(({ oid }) => oid),
  );
  return state.removed.map(({ step, oid }) => {
    const problems = there.has(oid) ? ['it was dropped, and is still there'] : [];
    return { step, ok: problems.length === 0, problems, oid, bytes: null, dropped: true };
  });
};

/** Looks at every planned index, at what else is there, and at what the server has counted since the baseline. */
export const verify = async (sessions: Sessions, state: RunState): Promise<Input> => {
  const targets = state.steps.flatMap((step) =>
    step.step.kind === 'create-index'
      ? [{ step: step.id, create: standing(state, step.id, builtWith(step.step, state.options.settings)) }]
      : [],
  );
  const schemas = state.baseline?.schemas ?? [...new Set(state.tables.map(({ schema }) => schema))];
  const { results, present, databaseBytes } = await askUntilAnswered(sessions.inspect, async (session) => ({
    results: [
      ...(await verifyIndexes(session, targets)).map((result) => ({ ...result, ...partMark(state, result.step) })),
      ...(await verifyDrops(session, state)),
      ...(await verifyReindexes(session, state)),
    ].sort((a, b) => a.step - b.step),
    present: await listIndexes(session, schemas),
    databaseBytes: await bytesOfDatabase(session),
  }));
  return {
    kind: 'verified',
    results: state.options.amcheck === true ? await check(sessions, state, results) : results,
    present,
    databaseBytes,
    statements: await readStatements(sessions, state.tables, 'after', state.statements.before),
  };
};
