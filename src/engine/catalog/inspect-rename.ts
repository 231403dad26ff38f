import { indexNamed } from '../../queries/index_named.ts';
import { type Found, type Renaming, type RunState, renamedBy } from '../../run/index.ts';
import type { Session } from '../session.ts';

/** What the new index of a replacement is called now, by its OID, and whether the name that it is to get is free. */
export async function inspectRename(session: Session, state: RunState, step: Renaming): Promise<Found> {
  const index = renamedBy(state, step);
  const wanted = state.rollback === null ? step.step.name : step.step.from;
  const row = index === undefined ? null : await indexNamed(session, { oid: index.oid, wanted });
  return row === null ? { kind: 'none' } : { kind: 'to-rename', ...row };
}
