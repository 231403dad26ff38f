import type { AttachPartitionStep } from '../../plan/types.ts';
import { plannedIndexes } from '../../queries/planned_indexes.ts';
import type { Session } from '../session.ts';

/** An ATTACH PARTITION of the plan, and which relations its names stand for now: pg_class.relkind, null where none does. */
export interface AttachedNames {
  step: number;
  attach: AttachPartitionStep;
  parentKind: string | null;
  partitionKind: string | null;
}

/** Looks up the names of all of them in one statement, as the server would; none when there are no such steps. */
export async function attachedNames(
  session: Session,
  attaches: readonly { step: number; attach: AttachPartitionStep }[],
): Promise<AttachedNames[]> {
  if (attaches.length === 0) return [];
  const wanted = attaches.flatMap(({ attach: { schema, name, partition, searchPath: path } }, at) => [
    { step: 2 * at, schema, table: name, name, path },
    { step: 2 * at + 1, schema: partition.schema, table: partition.name, name: partition.name, path },
  ]);
  const kinds = new Map((await plannedIndexes(session, wanted)).map((row) => [row.step, row.table_kind]));
  return attaches.map(({ step, attach }, at) => ({
    step,
    attach,
    parentKind: kinds.get(2 * at) ?? null,
    partitionKind: kinds.get(2 * at + 1) ?? null,
  }));
}
