import type { Input, RunState } from '../run/index.ts';
import type { EngineLock } from './lock.ts';
import type { Metering } from './metering.ts';
import { runPreflight } from './preflight/index.ts';
import { toErrorFacts } from './session.ts';
import type { Sessions } from './sessions.ts';

const ADVICE = 'Check host, port, database, user and password, and that the server takes connections.';

/** Opens the sessions, takes the lock, and looks at everything. Changes nothing. */
export const preflight = async (
  sessions: Sessions,
  lock: EngineLock,
  metering: Metering,
  state: RunState,
): Promise<Input> => {
  try {
    await sessions.openToLook();
    await lock.try();
    const facts = await runPreflight({
      open: (name, settings) => sessions.open(name, settings),
      inspect: await sessions.inspect.ready(),
      plan: state.plan,
      options: state.options,
      ours: sessions.pids(),
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
