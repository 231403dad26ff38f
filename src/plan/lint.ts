import { compareIndexes } from './compare.ts';
import type { CodedFinding as Finding } from './findings/index.ts';
import { MAX_NAME_BYTES } from './ident.ts';
import type { IndexKeys } from './index-keys.ts';
import { lintDrops } from './lint-drops.ts';
import { lintReindexes } from './lint-reindexes.ts';
import { longNames } from './long-names.ts';
import { linesOf } from './places.ts';
import type { Reader } from './reader.ts';
import { type PlannedIndex, tableKey } from './rivals.ts';
import type { Place } from './types.ts';

const LEVEL_ORDER = { blocks: 0, warning: 1, note: 2, ok: 3 } as const;

/** What can be said against a plan without a database: the worst first, then in the order of the script. */
export function lint(reader: Reader, safeReplace = false): Finding[] {
  const findings = [
    ...reader.findings,
    ...noIndex(reader),
    ...transactions(reader.transactionLines),
    ...earlySelects(reader.earlySelects),
    ...reader.migrations.lint(),
    ...tablesLeftOut(reader),
    ...reader.indexes.flatMap((index) => [...blockingBuild(index), ...defaultName(index), ...cutNames(index)]),
    ...lintDrops(reader, safeReplace),
    ...lintReindexes(reader),
    ...sameName(reader.indexes),
    ...sameIndex(reader.indexes),
    ...prefixes(reader.indexes),
  ];
  return findings.sort((a, b) => LEVEL_ORDER[a.level] - LEVEL_ORDER[b.level]);
}

function placeOf({ file, line, column }: Place): Place {
  return { file, line, column };
}

function about({ step }: PlannedIndex): { place: Place; index: string } {
  return { place: placeOf(step), index: step.name };
}

function noIndex(reader: Reader): Finding[] {
  const steps = reader.sections.all.length + reader.validations.length;
  const attaches = reader.sections.all.some((section) => section.steps.some(({ kind }) => kind === 'attach-partition'));
  if (
    reader.indexes.length + reader.drops.length + reader.reindexes.length > 0 ||
    attaches ||
    steps === 0 ||
    reader.problems.length > 0
  )
    return [];
  return [
    {
      level: 'blocks',
      code: 'no-index',
      what: 'The plan builds no index',
      why: 'There is nothing to deploy and nothing to verify; perhaps it is the wrong file.',
      advice: 'Name the script that holds the CREATE INDEX statements.',
    },
  ];
}

function transactions(places: readonly Place[]): Finding[] {
  const [first] = places;
  if (first === undefined) return [];
  return [
    {
      level: 'warning',
      code: 'transaction-left-out',
      what: `BEGIN and COMMIT are left out: ${linesOf(places)}`,
      why: 'CREATE INDEX CONCURRENTLY cannot run in a transaction block. Every statement is sent on its own, so what stands between them is no longer all or nothing.',
      advice:
        'Nothing to do, unless the statements between them must go together. Take the lines out to be rid of this warning.',
      place: placeOf(first),
    },
  ];
}

function earlySelects(places: readonly Place[]): Finding[] {
  const [first] = places;
  if (first === undefined) return [];
  return [
    {
      level: 'note',
      code: 'select-kept-for-the-end',
      what: `SELECT or EXPLAIN before an index is kept for the end: ${linesOf(places)}`,
      why: 'Validations are run after the last section, when all indexes are there.',
      advice: '',
      place: placeOf(first),
    },
  ];
}

function tablesLeftOut({ tablesLeftOut: left, indexes }: Reader): Finding[] {
  return [...left].flatMap(([table, place]): Finding[] => {
    const first = indexes.find(({ step }) => step.table === table);
    if (first === undefined) return [];
    return [
      {
        level: 'warning',
        code: 'needs-left-out',
        what: `${first.step.name} needs the ${place.kind} ${table}, which a statement that is left out creates: ${linesOf([place])}`,
        why: 'What an index needs must be in the database already.',
        advice: 'Run that statement first, or look at it with indexdeck check: it names what is missing.',
        ...about(first),
      },
    ];
  });
}

function blockingBuild(index: PlannedIndex): Finding[] {
  const { step } = index;
  // On a partitioned table it is done in a moment; preflight sees to it that the table is one.
  if (step.concurrently || step.only) return [];
  return [
    {
      level: 'blocks',
      code: 'not-concurrent',
      what: `${step.name} is built without CONCURRENTLY`,
      why: `It takes a SHARE lock on ${step.table}: every INSERT, UPDATE and DELETE on it waits until the index is done.`,
      advice: 'Add CONCURRENTLY, or give --make-concurrent.',
      ...about(index),
    },
  ];
}

function defaultName(index: PlannedIndex): Finding[] {
  const { step } = index;
  if (!step.nameIsDefault) return [];
  return [
    {
      level: 'note',
      code: 'default-name',
      what: `An index on ${step.table} has no name; it will be ${step.name}`,
      why: 'PostgreSQL would choose the same, but with a number at its end if the name is taken: run twice, the script makes a second index.',
      advice: `Write the name into the script: ${step.name}.`,
      ...about(index),
    },
  ];
}

function cutNames(index: PlannedIndex): Finding[] {
  return longNames(index.step.sql).map(({ written, cut }) => ({
    level: 'warning',
    code: 'name-too-long',
    what: `${written} is cut to ${cut}`,
    why: `PostgreSQL keeps ${MAX_NAME_BYTES} bytes of a name and drops the rest without an error, so that two names may become one.`,
    advice: 'Give it a name that fits.',
    ...about(index),
  }));
}

/** Schema and search path: two names meet for certain only when both are looked up in the same way. */
function scope({ step }: PlannedIndex): string {
  if (step.schema !== null) return JSON.stringify([step.schema]);
  return step.searchPath === null ? 'unknown' : JSON.stringify(step.searchPath);
}

function sameName(indexes: readonly PlannedIndex[]): Finding[] {
  const findings: Finding[] = [];
  const byName = Map.groupBy(indexes, ({ step }) => step.name);
  for (const group of byName.values()) {
    for (const [i, index] of group.entries()) {
      const earlier = group.slice(0, i);
      const certain = earlier.find((other) => scope(other) === scope(index));
      const other =
        certain ??
        earlier.find((each) => scope(each) === 'unknown' || scope(index) === 'unknown' || mayMeet(each, index));
      if (other !== undefined) findings.push(nameTwice(other, index, certain !== undefined));
    }
  }
  return findings;
}

/** A search path of several schemas may lead to any of them. */
function mayMeet(a: PlannedIndex, b: PlannedIndex): boolean {
  const places = ({ step }: PlannedIndex) => (step.schema !== null ? [step.schema] : (step.searchPath ?? []));
  return places(a).some((schema) => places(b).includes(schema));
}

function nameTwice(first: PlannedIndex, second: PlannedIndex, certain: boolean): Finding {
  const relationKnown = first.step.table === second.step.table;
  const comparison = compareIndexes(first.step.sql, second.step.sql, { ignoreRelation: relationKnown });
  const at = `${first.step.file === second.step.file ? 'line' : first.step.file} ${first.step.line}`;
  if (comparison.equal) {
    return {
      level: 'warning',
      code: 'index-twice',
      what: `${second.step.name} stands in the plan twice, first at ${at}`,
      why: 'The second one will find the first one there and be skipped.',
      advice: 'Take one of them out.',
      ...about(second),
    };
  }
  return {
    level: certain ? 'blocks' : 'warning',
    code: 'name-twice',
    what: `${second.step.name} ${certain ? 'is' : 'may be'} the name of another index too, at ${at}`,
    why: `Only the first one would be built. They differ in ${comparison.differences.join('; ')}.`,
    advice: 'Give one of them another name.',
    ...about(second),
  };
}

/** An index that has to be compared with others. */
type Compared = PlannedIndex & { keys: IndexKeys };

const compared = (indexes: readonly PlannedIndex[]): Compared[] =>
  indexes.filter((index): index is Compared => index.keys !== null);

function sameIndex(indexes: readonly PlannedIndex[]): Finding[] {
  const seen = new Map<string, PlannedIndex>();
  return compared(indexes).flatMap((index): Finding[] => {
    const { columns, predicate, rest } = index.keys;
    const key = `${columns.join()} ${predicate} ${rest} ${tableKey(index.step)}`;
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, index);
      return [];
    }
    // Under one name it is reported by its name.
    if (first.step.name === index.step.name) return [];
    return [
      {
        level: 'warning',
        code: 'same-index-twice',
        what: `${index.step.name} is the same index as ${first.step.name}, line ${first.step.line}`,
        why: 'Both would be built, and every write to the table would pay for both.',
        advice: 'Take one of them out.',
        ...about(index),
      },
    ];
  });
}

/** A plain B-tree whose columns begin another one's, all else equal, is answered by that one. */
function prefixes(indexes: readonly PlannedIndex[]): Finding[] {
  const groups = Map.groupBy(compared(indexes).filter(isPlainBtree), (index) => prefixGroup(index));
  return [...groups.values()].flatMap((group) => {
    if (group.length === 1) return [];
    const byColumns = new Map<string, PlannedIndex>();
    const columns = group.map((index) => ({ index, keys: index.keys.columns }));
    for (const { index, keys } of columns) {
      for (let n = 1; n < keys.length; n++) byColumns.set(keys.slice(0, n).join(), index);
    }
    return columns.flatMap(({ index, keys }): Finding[] => {
      const longer = byColumns.get(keys.join());
      if (longer === undefined || index.step.unique) return [];
      return [
        {
          level: 'note',
          code: 'prefix-of-another',
          what: `${index.step.name} is a leading part of ${longer.step.name}, line ${longer.step.line}`,
          why: 'The longer one answers the same queries, and every write to the table would pay for both.',
          advice: 'Take the shorter one out, unless its size matters.',
          ...about(index),
        },
      ];
    });
  });
}

function isPlainBtree({ keys, step }: Compared): boolean {
  return step.method === 'btree' && !keys.includes;
}

function prefixGroup({ keys, step }: Compared): string {
  return `${keys.predicate} ${tableKey(step)}`;
}
