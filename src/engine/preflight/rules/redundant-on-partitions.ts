import type { Finding } from '../../../plan/types.ts';
import { bytes } from '../../../run/index.ts';
import type { Rule } from '../facts.ts';
import { count, finding, list } from '../finding.ts';
import { type PartitionRedundancy, partitionRedundancies } from '../partition-redundancy.ts';
import type { Standing } from '../redundancy.ts';

/** What tells these findings from that about an index of the whole table. */
const SUBJECT = 'partitions';

/** Indexes that single partitions have, and that answer the same queries as a planned one of the whole table. */
export const redundantOnPartitions: Rule = (facts) => partitionRedundancies(facts).map(worded);

const used = ({ scans }: Standing['there']): string => {
  if (scans === null) return 'scans unknown';
  return scans === 0 ? 'never scanned' : count(scans, 'scan');
};

const described = ({ there }: Standing): string =>
  `${there.schema}.${there.name} (${bytes(there.bytes)}, ${used(there)})`;

function worded({ kind, planned, others }: PartitionRedundancy): Finding {
  const { create, row } = planned.index;
  const table = `${row.table_schema}.${row.table_name}`;
  const partitions = count(new Set(others.map(({ there }) => there.table_oid)).size, 'partition');
  const each = list(others.map(described), 3);
  const sum = bytes(others.reduce((all, { there }) => all + there.bytes, 0));
  const pays = 'Every insert there, and every update that is not HOT, pays for both.';
  if (kind === 'duplicate')
    return finding(
      'warning',
      'duplicate-index',
      {
        what: `On ${partitions} of ${table} ${create.name} would be a duplicate of an index that is there: ${each}.`,
        why: `It differs from the planned one in what queries do not see, and is not attached in its place: it is built beside it. ${pays}`,
        advice: 'Plan the index as the partitions have it, and theirs are attached; or drop theirs afterwards.',
        subject: SUBJECT,
      },
      create,
    );
  if (kind === 'prefix-of-existing')
    return finding(
      'note',
      'prefix-of-existing',
      {
        what: `On ${partitions} of ${table} ${create.name} is a leading part of an index that is there: ${each}.`,
        why: `The longer one answers the same queries on these partitions. ${pays}`,
        advice: 'See whether the longer one is meant for all partitions: then plan that one instead.',
        subject: SUBJECT,
      },
      create,
    );
  return finding(
    'note',
    'makes-redundant',
    {
      what: `On ${partitions} of ${table} ${count(others.length, 'index', 'indexes')} will be redundant once ${create.name} is there: ${each}.`,
      why: `They take ${sum}, and it answers the same queries. ${pays}`,
      advice: `They are not dropped here. When ${create.name} has proven itself, drop them in a deployment of its own.`,
      subject: SUBJECT,
    },
    create,
  );
}
