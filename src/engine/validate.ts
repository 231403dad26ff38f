import type { ValidationStep } from '../plan/types.ts';
import { type Input, isPassing, type RunState } from '../run/index.ts';
import { runValidation, type ValidationOutcome } from './catalog/index.ts';
import { type Session, toErrorFacts, watchingSettings } from './session.ts';
import type { Sessions } from './sessions.ts';
import { pause } from './time.ts';

const NOTHING = { columns: [], rows: [], more: false, durationMs: 0 };

/** Before it is asked again, the server may have to come back. */
const AGAIN_MS = 2_000;

/** Asks once. `lost`: the connection was, or could not be made, so that there is no answer. */
const ask = async (
  sessions: Sessions,
  step: ValidationStep,
): Promise<{ outcome: ValidationOutcome; lost: boolean }> => {
  let session: Session | null = null;
  try {
    session = await sessions.open('validate', { ...watchingSettings, statement_timeout: '60s' });
    const outcome = await runValidation(session, step);
    return { outcome, lost: session.lost };
  } catch (error) {
    return { outcome: { ...NOTHING, ok: false, error: toErrorFacts(error) }, lost: true };
  } finally {
    await session?.close();
  }
};

/**
 * Runs one of the plan's own SELECT or EXPLAIN statements, read-only, on a session of its own. A connection that was lost
 * is no answer: it is asked again, as often as a build would be tried again.
 */
export const validate = async (sessions: Sessions, state: RunState, index: number): Promise<Input> => {
  const step = state.plan.validations[index];
  if (step === undefined) throw new Error(`there is no validation ${index}`);
  const { line, file, kind, sql } = step;
  for (let again = 0; ; again++) {
    const { outcome, lost } = await ask(sessions, step);
    const passes = lost && outcome.error !== null && isPassing(outcome.error);
    if (!passes || again >= state.options.retries)
      return { kind: 'validated', result: { type: 'validation.finished', line, file, kind, sql, ...outcome } };
    await pause(AGAIN_MS);
  }
};
