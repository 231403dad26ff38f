import pRetry from 'p-retry';
import { type Input, ownError, type PreflightFacts, type RunState } from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import type { ConnectionConfig } from './config.ts';
import type { EngineLock } from './lock.ts';
import type { Metering } from './metering.ts';
import { blockedByPooler, detectPooling, type Memory, type Pooling, runPreflight } from './preflight/index.ts';
import { toErrorFacts } from './session.ts';
import type { Sessions } from './sessions.ts';

export const ADVICE = 'Check host, port, database, user and password, and that the server takes connections.';

/** What looking takes of the engine around it. */
export interface Looking {
  connection: ConnectionConfig;
  sessions: Sessions;
  lock: EngineLock;
  metering: Metering;
  state(): RunState;
}

/** Opens what a run needs besides, as soon as nothing blocks. */
export const openWhenClear = async (
  { sessions, metering, state }: Looking,
  { findings }: Pick<PreflightFacts, 'findings'>,
): Promise<void> => {
  if (findings.some((finding) => finding.level === 'blocks')) return;
  await sessions.openToBuild(state().jobs);
  await sessions.openLedger();
  metering.start();
};

/**
 * Opens the sessions, takes the lock, and looks at everything. Changes nothing. A pooler is looked for first: what our
 * sessions set would stay on a server connection that others get next. `reached` hears of the way once sessions are open.
 */
export const preflight = async (
  looking: Looking,
  memory: Memory,
  reached: (pooling: Pooling) => void,
): Promise<Input> => {
  const { connection, sessions, lock } = looking;
  const state = looking.state();
  try {
    const pooling = await detectPooling(connection);
    const refused = blockedByPooler(pooling, connection, state.plan);
    if (refused !== null) return { kind: 'preflighted', facts: refused };
    await sessions.openToLook();
    reached(pooling);
    await lock.try();
    const facts = await runPreflight({
      inspect: await sessions.inspect.ready(),
      plan: state.plan,
      options: state.options,
      ours: sessions.pids(),
      pooling,
      resumed: state.resumedAt === null ? null : state.steps,
      built: state.created,
      steps: state.steps,
      purpose: state.purpose,
      memory,
    });
    await openWhenClear(looking, facts);
    return { kind: 'preflighted', facts };
  } catch (error) {
    return { kind: 'preflight-failed', error: toErrorFacts(error), advice: ADVICE };
  }
};

/** A server that has just taken over may refuse connections for a moment yet. */
const POOLING_RETRIES = 5;

/** Looks at everything again, after another copy of the server took over. Changes nothing. */
export const recheck = async (connection: ConnectionConfig, sessions: Sessions, state: RunState): Promise<Input> => {
  const { server, plan, options } = state;
  const purpose = state.rollback === null ? state.purpose : 'rollback';
  // What can be dropped goes by what was built.
  const resumed = purpose === 'rollback' ? state.steps : null;
  if (server === null) throw new Error('there is no server to look at again');
  try {
    const pooling = await pRetry(() => detectPooling(connection), { retries: POOLING_RETRIES });
    const [refusal] = blockedByPooler(pooling, connection, plan)?.findings.filter((f) => f.level === 'blocks') ?? [];
    if (refusal !== undefined)
      return { kind: 'rechecked', server, outcome: { kind: 'failed', error: ownError(refusal.what) } };
    const facts = await askUntilAnswered(sessions.inspect, (inspect) =>
      runPreflight({
        inspect,
        plan,
        options,
        ours: sessions.pids(),
        pooling,
        purpose,
        resumed,
        built: state.created,
        steps: state.steps,
      }),
    );
    return { kind: 'rechecked', server, outcome: { kind: 'done', facts } };
  } catch (error) {
    return { kind: 'rechecked', server, outcome: { kind: 'failed', error: toErrorFacts(error) } };
  }
};
