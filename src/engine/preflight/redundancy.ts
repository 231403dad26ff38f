import { coveredBy, type QueryShape, queryShape } from '../../plan/covered-by.ts';
import type { Finding } from '../../plan/types.ts';
import type { TableIndex } from '../../queries/table_indexes.ts';
import { plannedDefinition } from '../catalog/index.ts';
import type { Facts, IndexFinding } from './facts.ts';
import { isToBeBuilt, madeOf } from './to-be-built.ts';

/** A planned index as the server made it on the empty copy of its table. */
export interface Planned {
  index: IndexFinding;
  shape: QueryShape;
  definition: string;
}

/** A valid index beside it. */
export interface Standing {
  there: TableIndex;
  shape: QueryShape;
}

/** Two indexes on one table of which one answers no query that the other does not answer. */
export type Redundancy =
  | { kind: 'duplicate' | 'prefix-of-existing'; planned: Planned; other: Standing }
  | { kind: 'planned-twice' | 'prefix-of-planned'; planned: Planned; other: Planned; there: TableIndex | null }
  /** The one that is there would be needless. */
  | { kind: 'makes-needless'; planned: Planned; other: Standing };

/** Lint says these of the plan's texts; of the server's own texts they are said here. */
const LINTED: ReadonlySet<string> = new Set(['same-index-twice', 'prefix-of-another']);

/**
 * Planned indexes beside those that are there and beside one another, as far as both definitions prove it. What is UNIQUE or
 * backs a constraint guards something: it counts as needless only beside one that guards the same.
 */
export function redundancies(facts: Facts): Redundancy[] {
  const { neighbours } = facts;
  if (neighbours === null) return [];
  const planned = plannedOf(facts);
  const beside = standingBeside(neighbours, planned);
  const needless = new Set<number>();
  return planned.flatMap((each, at): Redundancy[] => {
    const others = beside.get(each.index.row.table_oid ?? 0) ?? [];
    const found = besideStanding(each, others) ?? besidePlanned(each, planned, at, others[0]?.there ?? null);
    if (found !== null) return [found];
    const left = others.filter((other) => {
      const known = needless.has(other.there.oid);
      return !known && isDroppable(other) && coveredBy(other.shape, each.shape) !== null;
    });
    for (const { there } of left) needless.add(there.oid);
    return left.map((other) => ({ kind: 'makes-needless', planned: each, other }));
  });
}

/** The plan's own findings without those that the catalog has proven, or disproven. */
export function withoutCompared(findings: readonly Finding[], facts: Facts): Finding[] {
  const linted = findings.filter(({ code }) => LINTED.has(code));
  if (linted.length === 0 || facts.neighbours === null) return [...findings];
  const proven = redundancies(facts);
  const compared = ({ place }: Finding): boolean => {
    const own = facts.indexes.find(
      ({ create: { file, line, column } }) => place?.file === file && place.line === line && place.column === column,
    );
    if (own === undefined) return false;
    const { found } = own;
    const isTold = proven.some((each) =>
      each.kind === 'makes-needless'
        ? found.kind === 'equal' && each.other.there.oid === found.oid
        : each.planned.index === own,
    );
    if (isTold || !isToBeBuilt(own)) return isTold;
    const beside = facts.indexes.filter(({ row }) => row.table_oid === own.row.table_oid);
    return beside.every((index) => madeOf(index) !== null || index.found.kind === 'equal');
  };
  return findings.filter((finding) => !LINTED.has(finding.code) || !compared(finding));
}

export function plannedOf({ indexes }: Facts): Planned[] {
  return indexes.flatMap((index) => {
    const made = isToBeBuilt(index) ? madeOf(index) : null;
    const shape = made === null ? null : queryShape(made.definition);
    if (shape === null) return [];
    return [{ index, shape, definition: plannedDefinition(index.row, index.create, made) }];
  });
}

function standingBeside(neighbours: readonly TableIndex[], planned: readonly Planned[]): Map<number, Standing[]> {
  const tables = new Set(planned.map(({ index }) => index.row.table_oid));
  const shaped = neighbours.flatMap((there): Standing[] => {
    const shape = tables.has(there.table_oid) ? queryShape(there.definition) : null;
    return shape === null ? [] : [{ there, shape }];
  });
  return Map.groupBy(shaped, ({ there }) => there.table_oid);
}

/** Nothing would be lost with it but the queries that it answers. */
export const isDroppable = ({ there, shape }: Standing): boolean =>
  !shape.unique &&
  there.constraint_name === null &&
  !there.is_replica_identity &&
  !there.is_clustered &&
  !there.is_attached;

/** Uniqueness holds as before: a constraint that is checked late lets in for a while what an immediate one refuses. */
export const isGuarded = (shape: QueryShape, { there }: Standing): boolean => !shape.unique || there.is_immediate;

function besideStanding(planned: Planned, beside: readonly Standing[]): Redundancy | null {
  const { shape } = planned;
  const covering = beside.filter((other) => coveredBy(shape, other.shape) !== null && isGuarded(shape, other));
  const same = covering.find((other) => coveredBy(shape, other.shape) === 'same');
  if (same !== undefined) return { kind: 'duplicate', planned, other: same };
  const [smallest] = covering.toSorted((a, b) => a.there.bytes - b.there.bytes);
  return smallest === undefined ? null : { kind: 'prefix-of-existing', planned, other: smallest };
}

/** Of two that are the same the first one stays. */
function besidePlanned(
  planned: Planned,
  all: readonly Planned[],
  at: number,
  there: TableIndex | null,
): Redundancy | null {
  const { index, shape } = planned;
  const isBeside = (other: Planned, nth: number) =>
    nth !== at &&
    other.index.row.table_oid === index.row.table_oid &&
    // Under one name it is reported by its name.
    other.index.create.name !== index.create.name &&
    (nth < at || coveredBy(other.shape, shape) !== 'same');
  const others = all.filter(isBeside);
  const same = others.find((other) => coveredBy(shape, other.shape) === 'same');
  if (same !== undefined) return { kind: 'planned-twice', planned, other: same, there };
  const longer = others.find((other) => coveredBy(shape, other.shape) === 'leading');
  return longer === undefined ? null : { kind: 'prefix-of-planned', planned, other: longer, there };
}
