import { indexStates } from '../../queries/index_facts.ts';
import type { VerifyResult } from '../../run/index.ts';
import type { Session } from '../session.ts';
import { sizesOf } from './index-facts.ts';
import { type Inspection, type InspectionTarget, inspectIndexes } from './inspect.ts';

/**
 * Verifies each planned index by the catalog: there, on its table, valid, ready and live, of the planned definition, and not
 * of size zero. Nothing counts as proven that could not be read.
 */
export async function verifyIndexes(session: Session, targets: readonly InspectionTarget[]): Promise<VerifyResult[]> {
  const inspections = await inspectIndexes(session, targets);
  const oids = [...inspections.values()].flatMap(({ found }) => ('oid' in found ? [found.oid] : []));
  const states = await indexStates(session, oids);
  const sizes = await sizesOf(session, [...states.values()]);
  return targets.map(({ step, create }) => {
    const inspection = inspections.get(step);
    const found = inspection?.found ?? { kind: 'none' };
    const oid = 'oid' in found ? found.oid : null;
    const state = oid === null ? undefined : states.get(oid);
    // An index of a partitioned table has no storage of its own.
    const partitioned = state?.kind === 'I';
    const bytes = oid === null || partitioned ? null : (sizes.get(oid)?.bytes ?? null);
    const problems = inspection === undefined ? ['it was not found'] : problemsOf(inspection, create.name);
    if (state?.live === false) problems.push('it is being dropped: indislive is false');
    if (state?.valid && !state.ready) problems.push('it is not ready for writes: indisready is false');
    if (bytes === 0) problems.push('its size is zero');
    const kind = partitioned ? { partitioned } : {};
    const result = { step, ok: problems.length === 0, problems, oid, bytes, ...kind };
    return found.kind === 'invalid' || found.kind === 'incomplete' ? { ...result, invalid: true } : result;
  });
}

function problemsOf({ found }: Inspection, name: string): string[] {
  switch (found.kind) {
    case 'equal':
      return [];
    case 'none':
      return [`there is no index ${name}`];
    case 'no-table':
      return [found.message];
    case 'other-relation':
      return [`${name} is ${found.what}, not an index`];
    case 'incomplete':
      return ['it is not complete: not every partition has its index attached to it'];
    case 'invalid':
      return ['it is not valid: queries do not use it'];
    case 'building':
      return [`pid ${found.pid} is still building it`];
    case 'to-rename':
      return [`${name} is to be renamed`];
    case 'to-drop':
      return [`${name} is to be dropped`];
    case 'to-reindex':
    case 'reindex-parts':
      return [`${name} is to be rebuilt`];
    case 'different':
      return found.differences.map((difference) => `not as planned: ${difference}`);
  }
}
