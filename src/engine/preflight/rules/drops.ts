import type { FindingCode, LevelOf } from '../../../plan/findings/index.ts';
import type { Finding, Place } from '../../../plan/types.ts';
import { bytes, type IndexRecord } from '../../../run/index.ts';
import type { DropFinding, Rule } from '../facts.ts';
import { finding, type Said } from '../finding.ts';
import { isBegun } from './resumed.ts';

/** What the plan drops: each as it stands, with all that a person has to know before the go. */
export const drops: Rule = ({ drops: all, resumed }) =>
  all.flatMap((drop) => {
    const step = resumed?.[drop.step];
    if (step?.status === 'dropping') return [halfDropped(drop, step.leftover?.oid ?? null)];
    // It was not there: what has its name now is another one, and stays.
    const isOver = isBegun(resumed, drop.step) || step?.status === 'equal';
    return isOver ? [] : [standing(drop)];
  });

function about<C extends FindingCode>(
  { drop }: DropFinding,
  level: Exclude<LevelOf<C>, 'ok'>,
  code: C,
  said: Said,
): Finding {
  const { file, line, column, name } = drop;
  const place: Place = { file, line, column };
  return { ...finding(level, code, said), place, index: name };
}

function standing(each: DropFinding): Finding {
  const { drop, found } = each;
  switch (found.kind) {
    case 'to-drop':
      if (found.record === null || (found.problem !== null && !found.problem.passing)) return refused(each);
      return about(each, 'warning', 'planned-drop', {
        what: `${found.schema}.${found.name} (oid ${found.oid}) will be dropped: ${described(found.record)}. There: ${found.record.definition}`,
        why: whyOf(found.record, found.problem?.why ?? null),
        advice: found.record.valid
          ? 'Be sure that nothing needs it. A rollback builds it again, as it is on record.'
          : 'Nothing to do. It serves no query, and a rollback does not build it again.',
      });
    case 'none':
      return drop.ifExists
        ? about(each, 'note', 'drop-absent', {
            what: `${drop.name} is not there: nothing to drop.`,
            why: 'The plan says IF EXISTS.',
            advice: 'Nothing to do.',
          })
        : about(each, 'blocks', 'drop-absent', {
            what: `There is no index ${drop.name} to be dropped.`,
            why: 'It may be gone already, or be called otherwise.',
            advice: 'Correct the name or its schema, write IF EXISTS, or take the statement out.',
          });
    default:
      return about(each, 'blocks', 'drop-no-index', {
        what: `${drop.name} is ${found.kind === 'other-relation' ? found.what : 'something else'}, not an index.`,
        why: 'DROP INDEX would fail.',
        advice: 'Correct the name.',
      });
  }
}

function refused(each: DropFinding): Finding {
  const { found, drop } = each;
  const why = found.kind === 'to-drop' ? (found.problem?.why ?? 'its definition cannot be read') : '';
  return about(each, 'blocks', 'drop-refused', {
    what: `${drop.name} cannot be dropped: ${why}.`,
    why: 'A plan drops only what stands for itself, and what could be built again.',
    advice: 'Deal with that first, or take the statement out.',
  });
}

const uses = ({ scans, lastScan }: IndexRecord): string => {
  if (scans === null) return 'its use is unknown';
  const last = lastScan === null ? '' : `, last ${lastScan.slice(0, 19)}Z`;
  return scans === 0 ? 'no scan on this server' : `${scans} scans on this server${last}`;
};

const described = (record: IndexRecord): string =>
  [
    record.valid ? 'valid' : 'NOT valid',
    record.bytes === null ? 'size unknown' : bytes(record.bytes),
    uses(record),
    'no constraint depends on it',
    ...(record.clustered ? ['CLUSTER goes by it'] : []),
    ...(record.dependsOn ?? []).map((extension) => `dropped with the extension ${extension}`),
  ].join(', ');

const whyOf = ({ rebuildSql }: IndexRecord, problem: string | null): string =>
  [
    'Queries that use it do without from then on.',
    ...(rebuildSql.startsWith('CREATE UNIQUE') ? ['It is unique: doubles are let in from then on.'] : []),
    ...(problem === null ? [] : [`Right now ${problem}: it is waited for.`]),
  ].join(' ');

function halfDropped(each: DropFinding, oid: number | null): Finding {
  const gone = each.found.kind !== 'to-drop' || each.found.oid !== oid;
  return about(each, 'note', 'resumed-drop', {
    what: gone
      ? `${each.drop.name} (oid ${oid ?? 'unknown'}) was being dropped when its engine was lost, and is gone.`
      : `${each.drop.name} (oid ${oid}) was being dropped when its engine was lost, and still stands.`,
    why: gone ? 'The server came to its end.' : 'One that was stopped in the middle is not valid, and serves no query.',
    advice: gone ? 'It counts as dropped by this run.' : 'It will be dropped to its end.',
  });
}
