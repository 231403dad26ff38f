import type { Input, RunState } from '../run/index.ts';
import { runValidation } from './catalog/index.ts';
import { type Session, toErrorFacts, watchingSettings } from './session.ts';
import type { Sessions } from './sessions.ts';

const NOTHING = { columns: [], rows: [], more: false, durationMs: 0 };

/** Runs one of the plan's own SELECT or EXPLAIN statements, read-only, on a session of its own. */
export const validate = async (sessions: Sessions, state: RunState, index: number): Promise<Input> => {
  const step = state.plan.validations[index];
  if (step === undefined) throw new Error(`there is no validation ${index}`);
  const { line, file, kind, sql } = step;
  const head = { type: 'validation.finished' as const, line, file, kind, sql };
  let session: Session | null = null;
  try {
    session = await sessions.open('validate', { ...watchingSettings, statement_timeout: '60s' });
    const result = await runValidation(session, step);
    return { kind: 'validated', result: { ...head, ...result } };
  } catch (error) {
    return { kind: 'validated', result: { ...head, ...NOTHING, ok: false, error: toErrorFacts(error) } };
  } finally {
    await session?.close();
  }
};
