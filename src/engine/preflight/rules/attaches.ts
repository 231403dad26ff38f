import type { AttachPartitionStep, CreateIndexStep, Finding } from '../../../plan/types.ts';
import type { AttachedNames } from '../../catalog/index.ts';
import type { Facts, Rule } from '../facts.ts';
import { finding } from '../finding.ts';

interface Named {
  schema: string | null;
  name: string;
}

const isNamed = (create: CreateIndexStep, { schema, name }: Named): boolean =>
  create.name === name && (schema === null || create.schema === null || create.schema === schema);

const WHY = 'The statement would fail when its turn comes, with what was built before it left over.';

const placeOf = ({ file, line, column }: AttachPartitionStep) => ({ file, line, column });

/** What each ATTACH PARTITION of the plan names is there, or made by a step before it. */
export const attaches: Rule = (facts) => facts.attaches.flatMap((names) => unknown(facts, names));

function unknown(facts: Facts, { step, attach, parentKind, partitionKind }: AttachedNames): Finding[] {
  const before = facts.indexes.filter((index) => index.step < step).map(({ create }) => create);
  const made = (named: Named) => before.find((create) => isNamed(create, named));
  const parent = made(attach);
  const onPartitioned = parent === undefined ? parentKind === 'I' : true;
  const isThere = made(attach.partition) !== undefined || partitionKind === 'i' || partitionKind === 'I';
  const blocks = (subject: string, what: string, advice: string): Finding => ({
    ...finding('blocks', 'attach-unknown', { what, why: WHY, advice, subject }),
    place: placeOf(attach),
  });
  return [
    ...(onPartitioned
      ? []
      : [
          blocks(
            attach.name,
            parentKind === null
              ? `There is no index ${attach.name} to attach ${attach.partition.name} to, and no step before makes it.`
              : `${attach.name} is not the index of a partitioned table: nothing can be attached to it.`,
            'Put CREATE INDEX ... ON ONLY the partitioned table before it, or correct the name.',
          ),
        ]),
    ...(isThere
      ? []
      : [
          blocks(
            attach.partition.name,
            `There is no index ${attach.partition.name} that could be attached to ${attach.name}, and no step before makes it.`,
            'Put CREATE INDEX CONCURRENTLY on the partition before it, or correct the name.',
          ),
        ]),
  ];
}
