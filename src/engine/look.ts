import type { Input, RunState } from '../run/index.ts';
import type { ConnectionConfig } from './config.ts';
import type { EngineLock } from './lock.ts';
import type { Metering } from './metering.ts';
import { blockedByPooler, detectPooling, runPreflight } from './preflight/index.ts';
import { toErrorFacts } from './session.ts';
import type { Sessions } from './sessions.ts';

const ADVICE = 'Check host, port, database, user and password, and that the server takes connections.';

/**
 * Opens the sessions, takes the lock, and looks at everything. Changes nothing. A pooler is looked for first: what our
 * sessions set would stay on a server connection that others get next.
 */
export const preflight = async (
  connection: ConnectionConfig,
  sessions: Sessions,
  lock: EngineLock,
  metering: Metering,
  state: RunState,
): Promise<Input> => {
  try {
    const pooling = await detectPooling(connection);
    const refused = blockedByPooler(pooling, connection, state.plan);
    if (refused !== null) return { kind: 'preflighted', facts: refused };
    await sessions.openToLook();
    await lock.try();
    const facts = await runPreflight({
      inspect: await sessions.inspect.ready(),
      plan: state.plan,
      options: state.options,
      ours: sessions.pids(),
      pooling,
      resumed: state.resumedAt === null ? null : state.steps,
      purpose: state.purpose,
    });
    if (!facts.findings.some((finding) => finding.level === 'blocks')) {
      await sessions.openToBuild(state.jobs);
      metering.start();
    }
    return { kind: 'preflighted', facts };
  } catch (error) {
    return { kind: 'preflight-failed', error: toErrorFacts(error), advice: ADVICE };
  }
};
