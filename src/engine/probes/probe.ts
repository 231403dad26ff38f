import { type Input, isPassing, type ProbeMeasured, type ProbeMeasurement, type RunState } from '../../run/index.ts';
import { readingSettings, type Session, toErrorFacts } from '../session.ts';
import type { Sessions } from '../sessions.ts';
import { pause } from '../time.ts';
import { failed, measureProbe } from './measure.ts';

/** Before it is asked again, the server may have to come back. */
const AGAIN_MS = 2_000;

/** Until the probe's own settings are in force. All that decides about plans is left as the role has it. */
export const probingSettings: Readonly<Record<string, string>> = {
  ...readingSettings,
  statement_timeout: '5s',
  lock_timeout: '2s',
  idle_in_transaction_session_timeout: '10s',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  default_transaction_read_only: 'on',
  // An engine that is gone leaves no query behind that a build would wait for.
  client_connection_check_interval: '2s',
};

const measure = async (
  sessions: Sessions,
  probe: RunState['probes'][number]['probe'],
): Promise<{ measurement: ProbeMeasurement; lost: boolean }> => {
  let session: Session | null = null;
  try {
    session = await sessions.open('probe', probingSettings);
    return { measurement: await measureProbe(session, probe), lost: session.lost };
  } catch (error) {
    return { measurement: failed(toErrorFacts(error)), lost: true };
  } finally {
    await session?.close();
  }
};

/**
 * Measures a probe on a session of its own. A connection that was lost is no answer: it is measured again, as often as a build
 * would be tried again.
 */
export const probe = async (
  sessions: Sessions,
  state: RunState,
  about: { probe: number; when: ProbeMeasured['when']; attempt: number },
): Promise<Input> => {
  const wanted = state.probes[about.probe];
  if (wanted === undefined) throw new Error(`there is no probe ${about.probe}`);
  for (let again = 0; ; again++) {
    const { measurement, lost } = await measure(sessions, wanted.probe);
    const passes = lost && measurement.error !== null && isPassing(measurement.error);
    if (!passes || again >= state.options.retries) return { kind: 'probed', ...about, measurement };
    await pause(AGAIN_MS);
  }
};
