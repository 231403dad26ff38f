import type { CodedFinding as Finding } from './findings/index.ts';
import { meets } from './lint-drops.ts';
import type { Reader } from './reader.ts';
import type { PlannedIndex } from './rivals.ts';
import type { DropIndexStep, ReindexStep } from './types.ts';

/** What can be said against the plan's REINDEX without a database. */
export function lintReindexes(reader: Pick<Reader, 'reindexes' | 'drops' | 'indexes'>): Finding[] {
  const drops = reader.drops.map(({ step }) => step);
  return reader.reindexes.flatMap(({ step, after, afterDrops }, n) => {
    const earlier = reader.reindexes.slice(0, n).map((each) => each.step);
    if (step.of === 'table') return [...blocking(step), ...twice(step, earlier)];
    const made = reader.indexes.slice(0, after);
    return [
      ...blocking(step),
      ...twice(step, earlier),
      ...ofItsOwn(step, made),
      ...ofDropped(step, drops.slice(0, afterDrops), made),
      ...inVain(step, drops.slice(afterDrops)),
    ];
  });
}

const about = ({ file, line, column, name, of }: ReindexStep) => ({
  place: { file, line, column },
  ...(of === 'index' ? { index: name } : { subject: name }),
});

function blocking(step: ReindexStep): Finding[] {
  if (step.concurrently) return [];
  return [
    {
      level: 'blocks',
      code: 'not-concurrent',
      what: `${step.name} is rebuilt without CONCURRENTLY`,
      why: 'It stops every write to the table for as long as it takes, and queries that would use the index too.',
      advice: 'Add CONCURRENTLY, or give --make-concurrent.',
      ...about(step),
    },
  ];
}

function twice(step: ReindexStep, earlier: readonly ReindexStep[]): Finding[] {
  const first = earlier.find((other) => other.of === step.of && meets(step, other));
  if (first === undefined) return [];
  return [
    {
      level: 'note',
      code: 'reindex-twice',
      what: `${step.name} is rebuilt twice, first at line ${first.line}`,
      why: 'The second time it is as new: what this run has built is not built once more.',
      advice: 'Take one of them out.',
      ...about(step),
    },
  ];
}

function ofItsOwn(step: ReindexStep, made: readonly PlannedIndex[]): Finding[] {
  const built = made.find((index) => meets(step, index.step));
  if (built === undefined) return [];
  return [
    {
      level: 'note',
      code: 'reindexes-its-own',
      what: `${step.name} is rebuilt after the plan itself has built it, at line ${built.step.line}`,
      why: 'What this run has built is as new: it is rebuilt only if it was there before.',
      advice: 'Take the REINDEX out.',
      ...about(step),
    },
  ];
}

function ofDropped(step: ReindexStep, before: readonly DropIndexStep[], made: readonly PlannedIndex[]): Finding[] {
  const drop = before.find((each) => meets(each, step));
  if (drop === undefined || made.some((index) => meets(step, index.step))) return [];
  return [
    {
      level: 'blocks',
      code: 'reindexes-dropped',
      what: `${step.name} is rebuilt after the plan has dropped it, at line ${drop.line}`,
      why: 'There is nothing to rebuild then.',
      advice: 'Take one of the two out.',
      ...about(step),
    },
  ];
}

function inVain(step: ReindexStep, after: readonly DropIndexStep[]): Finding[] {
  const drop = after.find((each) => meets(each, step));
  if (drop === undefined) return [];
  return [
    {
      level: 'warning',
      code: 'reindexed-in-vain',
      what: `${step.name} is rebuilt, and dropped at line ${drop.line}`,
      why: 'Nothing would be left of the rebuild.',
      advice: 'Take one of the two out.',
      ...about(step),
    },
  ];
}
