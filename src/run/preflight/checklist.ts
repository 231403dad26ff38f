import type { Finding } from '../../plan/types.ts';
import type { ErrorFacts, PreflightChange } from '../events.ts';
import { findingKeys, findingsByKey, isOpen } from './keys.ts';

/** A finding that stood in the way and does not any more. */
export interface ClearedFinding {
  key: string;
  /** As it was last seen. */
  finding: Finding;
  /** ISO. */
  at: string;
}

/** What the looks before the go have brought, one after the other: made of events alone. */
export interface Checklist {
  /** Keys of findings in the order in which they were first seen. */
  order: readonly string[];
  /** When findings appeared, by key, those of the first look left out. */
  appeared: Readonly<Record<string, string>>;
  cleared: readonly ClearedFinding[];
  /** When the newest event about preflight was, ISO; null before the first look. */
  toldAt: string | null;
  /** When the first of these looks was that all those since have equalled or changed, ISO: how long it is being waited. */
  since: string | null;
  /** The last look came to nothing: what is known is from before. */
  failed: { since: string; error: ErrorFacts } | null;
}

export const NO_CHECKLIST: Checklist = {
  order: [],
  appeared: {},
  cleared: [],
  toldAt: null,
  since: null,
  failed: null,
};

/** More than these nobody reads. */
const MOST_CLEARED = 50;

const without = (appeared: Checklist['appeared'], keys: ReadonlySet<string>): Record<string, string> =>
  Object.fromEntries(Object.entries(appeared).filter(([key]) => !keys.has(key)));

const ordered = (order: readonly string[], keys: readonly string[]): string[] => [...new Set([...order, ...keys])];

/** After a look that found something changed. */
export const checklistChanged = (
  list: Checklist,
  before: readonly Finding[],
  after: readonly Finding[],
  at: string,
): Checklist => {
  const [old, now] = [findingsByKey(before), findingsByKey(after)];
  const open = (findings: Map<string, Finding>, key: string) => {
    const finding = findings.get(key);
    return finding !== undefined && isOpen(finding);
  };
  const cleared = [...old].flatMap(([key, finding]) =>
    isOpen(finding) && !open(now, key) ? [{ key, finding, at }] : [],
  );
  const fresh = [...now.keys()].filter((key) => open(now, key) && !open(old, key));
  const gone = new Set([...old.keys()].filter((key) => !now.has(key)));
  return {
    ...list,
    order: ordered(list.order, [...now.keys()]),
    appeared: { ...without(list.appeared, gone), ...Object.fromEntries(fresh.map((key) => [key, at])) },
    cleared: [...list.cleared.filter(({ key }) => !fresh.includes(key)), ...cleared].slice(-MOST_CLEARED),
    toldAt: at,
    failed: null,
  };
};

/** After the first look of an engine, or one that an operator asked for. */
export const checklistLooked = (
  list: Checklist,
  before: readonly Finding[] | null,
  after: readonly Finding[],
  at: string,
): Checklist =>
  before === null
    ? { ...NO_CHECKLIST, order: findingKeys(after), toldAt: at, since: at }
    : { ...checklistChanged(list, before, after, at), since: at };

/** True for a change that makes what was asked about another thing: what an operator is typing a name for is void. */
export const isNewQuestion = ({ added, steps }: Pick<PreflightChange, 'added' | 'steps'>): boolean =>
  added.length > 0 || steps !== undefined;
