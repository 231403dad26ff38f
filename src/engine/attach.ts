import { quoteQualified } from '../plan/ident.ts';
import type { AttachPartitionStep } from '../plan/types.ts';
import { attachment } from '../queries/attachment.ts';
import { type ErrorFacts, ownError, type RunState } from '../run/index.ts';
import type { Session } from './session.ts';
import { executeBriefly } from './short-lock.ts';

interface Named {
  schema: string | null;
  name: string;
}

/** Why the index of this OID is not the one of this name that the run has made; null when it is, or the run has made none. */
const isAnother = ({ created }: RunState, { schema, name }: Named, oid: number): string | null => {
  const made = created.filter((index) => index.name === name && (schema === null || index.schema === schema));
  if (made.length === 0 || made.some((index) => index.oid === oid)) return null;
  return `${name} (oid ${oid}) is not the index that this run made (oid ${made[0]?.oid}): not touched`;
};

/**
 * Attaches a partition's index to its parent's, on a session that has the step's settings: if both names still stand for what
 * this run has made of them, and it is not attached already. Says what keeps it from that; fails with the server's word.
 */
export const attach = async (
  session: Session,
  state: RunState,
  step: AttachPartitionStep,
): Promise<ErrorFacts | null> => {
  const { schema, name, partition } = step;
  const found = await attachment(session, {
    parent: quoteQualified(schema, name),
    partition: quoteQualified(partition.schema, partition.name),
  });
  const wrong =
    (found.parent === null ? null : isAnother(state, { schema, name }, found.parent)) ??
    (found.partition === null ? null : isAnother(state, partition, found.partition));
  if (wrong !== null) return ownError(wrong);
  const attached = found.parent !== null && found.attached_to === found.parent;
  if (!attached) await executeBriefly(session, step.sql);
  return null;
};
