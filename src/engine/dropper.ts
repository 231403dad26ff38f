import { quoteQualified } from '../plan/ident.ts';
import type { Input, RunState, StepState } from '../run/index.ts';
import { beforeDrop, ownError } from '../run/index.ts';
import { placeOf, prepare } from './builder.ts';
import { findLeftover, indexFacts } from './catalog/index.ts';
import type { KeptSession } from './kept-session.ts';
import { type Session, toErrorFacts } from './session.ts';

type Dropped = Extract<Input, { kind: 'dropped' }>['outcome'];

const failed = (message: string): Dropped => ({ kind: 'failed', error: ownError(message) });

/**
 * Drops an index that a failed build left, or one that the operator agreed to: only if what stands there is that very
 * one, by OID, is not valid, backs no constraint, and nobody is building it.
 */
export const drop = async (
  inspect: KeptSession,
  session: Session,
  state: RunState,
  step: StepState,
  index: { oid: number; schema: string; name: string },
): Promise<Dropped> => {
  const place = placeOf(state, step);
  if (place === null) return failed('its table is not known');
  try {
    const began = performance.now();
    // First, so that nothing lies between the look and the drop.
    await prepare(session, state, step.step);
    const looking = await inspect.ready();
    const found = await findLeftover(looking, { ...place, name: index.name });
    const elsewhere = found?.oid !== index.oid && (await indexFacts(looking, index.oid)) !== null;
    const verdict = beforeDrop(found, index.oid, elsewhere);
    if (verdict.kind === 'refused') return failed(verdict.why);
    if (verdict.kind === 'settled') return { kind: 'failed', error: ownError(verdict.why), settled: true };
    if (verdict.kind === 'gone') return { kind: 'done', durationMs: performance.now() - began };
    await session.execute(`DROP INDEX CONCURRENTLY ${quoteQualified(index.schema, index.name)}`);
    return { kind: 'done', durationMs: performance.now() - began };
  } catch (error) {
    return { kind: 'failed', error: toErrorFacts(error) };
  }
};
