import type { CodedFinding as Finding } from './findings/index.ts';
import type { Reader } from './reader.ts';
import type { PlannedIndex } from './rivals.ts';
import type { DropIndexStep } from './types.ts';

/** What can be said against the plan's drops without a database. */
export function lintDrops(reader: Pick<Reader, 'drops' | 'indexes'>, safeReplace: boolean): Finding[] {
  return reader.drops.flatMap(({ step, after }, n) => {
    const earlier = reader.drops.slice(0, n).map((drop) => drop.step);
    return [
      ...blockingDrop(step),
      ...dropsItsOwn(step, reader.indexes.slice(0, after)),
      ...dropTwice(step, earlier),
      ...replacement(step, reader.indexes.slice(after), safeReplace),
    ];
  });
}

const about = ({ file, line, column, name }: DropIndexStep) => ({ place: { file, line, column }, index: name });

type Named = Pick<DropIndexStep, 'schema' | 'name' | 'searchPath'>;

/** Two names meet for certain only when both are looked up in the same way. */
const scope = ({ schema, searchPath }: Named): string => JSON.stringify(schema ?? searchPath ?? 'unknown');

/** Whether a drop and a build are about one name, as far as the script alone tells. */
export const meets = (drop: Named, other: Named): boolean => drop.name === other.name && scope(drop) === scope(other);

function blockingDrop(step: DropIndexStep): Finding[] {
  if (step.concurrently) return [];
  return [
    {
      level: 'blocks',
      code: 'not-concurrent',
      what: `${step.name} is dropped without CONCURRENTLY`,
      why: 'It takes an ACCESS EXCLUSIVE lock on the table: while it waits for one, everybody else waits behind it.',
      advice: 'Add CONCURRENTLY, or give --make-concurrent.',
      ...about(step),
    },
  ];
}

function dropsItsOwn(step: DropIndexStep, before: readonly PlannedIndex[]): Finding[] {
  const made = before.find((index) => meets(step, index.step));
  if (made === undefined) return [];
  return [
    {
      level: 'blocks',
      code: 'drops-its-own',
      what: `${step.name} is dropped after the plan itself has built it, at line ${made.step.line}`,
      why: 'Nothing would be left of that build.',
      advice: 'Take one of the two out. To replace an index, drop it before the new one is created.',
      ...about(step),
    },
  ];
}

function dropTwice(step: DropIndexStep, earlier: readonly DropIndexStep[]): Finding[] {
  const first = earlier.find((other) => meets(step, other));
  if (first === undefined) return [];
  return [
    {
      level: step.ifExists ? 'note' : 'blocks',
      code: 'drop-twice',
      what: `${step.name} is dropped twice, first at line ${first.line}`,
      why: step.ifExists ? 'The second time it is not there any more.' : 'The second time there is nothing to drop.',
      advice: 'Take one of them out.',
      ...about(step),
    },
  ];
}

function replacement(step: DropIndexStep, after: readonly PlannedIndex[], safe: boolean): Finding[] {
  const next = after.find((index) => meets(step, index.step));
  if (next === undefined) return [];
  if (safe)
    return [
      {
        level: 'note',
        code: 'replacement',
        what: `${step.name} is replaced by what is created at line ${next.step.line}`,
        why: 'The new one is built under a passing name, then the old one is dropped, then the new one gets its name.',
        advice: '',
        ...about(step),
      },
    ];
  return [
    {
      level: 'warning',
      code: 'replacement',
      what: `${step.name} is dropped, and built anew at line ${next.step.line}`,
      why: 'From the drop to the end of that build there is no such index: what uses it does without.',
      advice:
        'Give --safe-replace: the new one is built under a passing name first, and gets its name when the old one is dropped.',
      ...about(step),
    },
  ];
}
