import type { Finding, Level } from '../types.ts';
import type { CodeEntry, CodeGroup } from './entry.ts';
import { CONDITION_CODES } from './groups/conditions.ts';
import { DROP_CODES } from './groups/drops.ts';
import { INDEX_CODES } from './groups/indexes.ts';
import { PARTITION_CODES } from './groups/partitions.ts';
import { PLAN_CODES } from './groups/plan.ts';
import { REINDEX_CODES } from './groups/reindexes.ts';
import { RESTORE_CODES } from './groups/restore.ts';
import { RESUMED_CODES } from './groups/resumed.ts';
import { SERVER_CODES } from './groups/server.ts';

const GROUPS = [
  PLAN_CODES,
  SERVER_CODES,
  INDEX_CODES,
  PARTITION_CODES,
  CONDITION_CODES,
  DROP_CODES,
  REINDEX_CODES,
  RESUMED_CODES,
  RESTORE_CODES,
] as const;

type Intersected<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;
type All = Intersected<(typeof GROUPS)[number]['codes']>;

/** The code of every finding: one that is in no group does not compile. */
export type FindingCode = keyof All & string;

/** The levels that a code may come at. */
export type LevelOf<C extends FindingCode> = All[C] extends { levels: readonly (infer L)[] } ? L & Level : never;

/** The codes that may come at a level. */
export type CodeAt<L extends Level> = { [C in FindingCode]: L extends LevelOf<C> ? C : never }[FindingCode];

/** The groups, as the page lists them. */
export const CODE_GROUPS: readonly CodeGroup[] = GROUPS;

/** Every code, and what is to be known of it. */
export const CODES: ReadonlyMap<string, CodeEntry> = new Map(CODE_GROUPS.flatMap(({ codes }) => Object.entries(codes)));

/** A finding of ours. What comes from a journal may have a code of another version. */
export type CodedFinding = Finding & { code: FindingCode };
