import { reindexPart } from '../../plan/reindex-statement.ts';
import type { ReindexStep } from '../../plan/types.ts';
import { indexDefinitions } from '../../queries/index_definitions.ts';
import { indexSizes } from '../../queries/index_facts.ts';
import { type IndexToReindexRow, indexesToReindex } from '../../queries/indexes_to_reindex.ts';
import type { Found, PlannedPart, ReplacedIndex, TableFacts } from '../../run/index.ts';
import type { Session } from '../session.ts';
import { unlessLocked } from './inspect-drops.ts';
import { estimates, relationKind } from './relations.ts';

/** A REINDEX of the plan, or a part of one, and its number in the run. */
export interface ReindexTarget {
  step: number;
  reindex: ReindexStep;
}

/** An index that a REINDEX takes, as a part of it. */
export interface ReindexMember {
  part: PlannedPart;
  found: Extract<Found, { kind: 'to-reindex' }>;
  /** The table whose TOAST table it belongs to. */
  toastOf: string | null;
}

/** What the catalog says of it. */
export interface ReindexInspection {
  found: Found;
  /** Of a single index; null when there is none. */
  table: TableFacts | null;
  /** Of one that takes several. */
  members: ReindexMember[];
  /** What such a one leaves as it is, and why. */
  skipped: { schema: string; name: string; why: string }[];
  /** Indexes of it that we may rebuild, and not drop. */
  undroppable: string[];
  /** The tables of all these indexes. */
  tables: TableFacts[];
}

type Row = IndexToReindexRow & { oid: number; schema: string; name: string; table_oid: number };
type Problem = { why: string; passing: boolean };

const isIndexRow = (row: IndexToReindexRow): row is Row =>
  row.oid !== null && row.schema !== null && row.name !== null && row.table_oid !== null;

const mayRebuild = (row: Row): boolean => row.is_owner === true || row.may_maintain === true;

/** Why an index cannot be rebuilt concurrently at all. */
function refusalOf(row: Row): string | null {
  if (row.is_system === true) return 'it belongs to a system catalog, which the server does not reindex concurrently';
  if (row.is_temporary === true) return 'it belongs to a temporary table of another session';
  if (!mayRebuild(row)) return 'we are not the owner of its table, and may not rebuild it';
  return null;
}

/** What a REINDEX of several leaves alone, as the server does. It mends an invalid one that it is told by name. */
function skipOf(row: Row, target: string | null): string | null {
  if (row.is_exclusion === true) return 'it backs an exclusion constraint, and cannot be rebuilt concurrently';
  if (row.valid === false && row.toast_of === null && target !== 'I')
    return 'it is not valid: REINDEX INDEX with its name rebuilds it, or DROP INDEX removes it';
  if (row.may_name === false)
    return `it is the index of the TOAST table of ${row.toast_of ?? row.table_name}, and we lack USAGE on the schema ${row.schema}`;
  return null;
}

function problemOf(row: Row, definition: string | undefined): Problem | null {
  const refused = refusalOf(row);
  if (refused !== null) return { why: refused, passing: false };
  if (row.is_exclusion === true)
    return { why: 'it backs an exclusion constraint, and cannot be rebuilt concurrently', passing: false };
  if (row.may_name === false) return { why: `we lack the right USAGE on the schema ${row.schema}`, passing: false };
  if (row.busy !== null) return { why: `pid ${row.busy} is at work on it`, passing: true };
  if (definition !== undefined) return null;
  const who = row.locked_by === null ? 'somebody holds' : `pid ${row.locked_by} holds, or waits for,`;
  return { why: `${who} a lock on its table, so that its definition cannot be recorded`, passing: true };
}

function tableOf(row: Row): TableFacts {
  return { oid: row.table_oid, schema: row.table_schema ?? '', name: row.table_name ?? '', ...estimates(row) };
}

/** What is known of these indexes besides their catalog rows. */
interface Read {
  definitions: ReadonlyMap<number, string>;
  sizes: ReadonlyMap<number, number>;
}

function replacedOf(row: Row, { definitions, sizes }: Read): ReplacedIndex | null {
  const definition = definitions.get(row.oid);
  if (definition === undefined) return null;
  return {
    oid: row.oid,
    schema: row.schema,
    name: row.name,
    tableOid: row.table_oid,
    table: row.table_name ?? '',
    definition,
    valid: row.valid === true,
    bytes: sizes.get(row.oid) ?? (row.pages === null ? null : row.pages * row.block_size),
    others: row.others,
  };
}

function foundOf(row: Row, read: Read): ReindexMember['found'] {
  const { oid, schema, name } = row;
  const index = replacedOf(row, read);
  return { kind: 'to-reindex', oid, schema, name, index, problem: problemOf(row, read.definitions.get(oid)) };
}

const NOTHING = { table: null, members: [], skipped: [], undroppable: [], tables: [] };

/** What can be named after INDEX and TABLE. */
const KINDS: Readonly<Record<ReindexStep['of'], string>> = { index: 'iI', table: 'rmp' };

function inspectionOf(reindex: ReindexStep, rows: readonly IndexToReindexRow[], read: Read): ReindexInspection {
  const [first] = rows;
  const { target_oid: oid = null, target_kind: kind = null, target_schema: schema, target_name: name } = first ?? {};
  if (oid === null || kind === null || schema == null || name == null) return { ...NOTHING, found: { kind: 'none' } };
  if (!KINDS[reindex.of].includes(kind))
    return { ...NOTHING, found: { kind: 'other-relation', oid, what: relationKind(kind) } };
  const indexes = rows.filter(isIndexRow);
  const undroppable = indexes.filter((row) => mayRebuild(row) && row.is_owner === false).map((row) => row.name);
  const [only] = indexes;
  if (kind === 'i' && only !== undefined) {
    const table = tableOf(only);
    return { ...NOTHING, found: foundOf(only, read), table, tables: [table], undroppable };
  }
  const refused = indexes.flatMap((row) => refusalOf(row) ?? []);
  const [why] = refused;
  const problem = why === undefined ? null : { why: `an index of it cannot be rebuilt: ${why}`, passing: false };
  const kept = indexes.map((row) => ({ row, why: skipOf(row, kind) }));
  const taken = kept.filter((each) => each.why === null).map(({ row }) => row);
  return {
    found: { kind: 'reindex-parts', oid, schema, name, problem },
    table: null,
    members: taken.map((row) => ({
      part: { step: reindexPart(reindex, row), tableOid: row.table_oid },
      found: foundOf(row, read),
      toastOf: row.toast_of,
    })),
    skipped: kept.flatMap(({ row, why: skip }) =>
      skip === null ? [] : [{ schema: row.schema, name: row.name, why: skip }],
    ),
    undroppable,
    tables: [...new Map(taken.map((row) => [row.table_oid, tableOf(row)])).values()],
  };
}

/**
 * Finds what the plan rebuilds, with all that is to be known of it before: three statements for a whole plan, none where it
 * rebuilds nothing. Nothing is waited for longer than `inspectingSettings` allow; what cannot be read because of a lock is a
 * problem that passes.
 */
export async function inspectReindexes(
  session: Session,
  targets: readonly ReindexTarget[],
): Promise<Map<number, ReindexInspection>> {
  if (targets.length === 0) return new Map();
  const wanted = targets.map(({ step, reindex: { of, schema, name, searchPath: path } }) => {
    return { step, of, schema, name, path };
  });
  const rows = Map.groupBy(await indexesToReindex(session, wanted), ({ step }) => step);
  const oids = [...rows.values()]
    .flat()
    .flatMap(({ oid, locked_by }) => (oid !== null && locked_by === null ? oid : []));
  const all = [...new Set(oids)];
  const read: Read = {
    definitions: await unlessLocked(session, all, (some) => indexDefinitions(session, some)),
    sizes: await unlessLocked(session, all, (some) => indexSizes(session, some)),
  };
  return new Map(
    targets.map(({ step, reindex }) => [step, inspectionOf(reindex, rows.get(step) ?? [], read)] as const),
  );
}

/** `inspectReindexes` for one step, right before. */
export async function inspectReindex(session: Session, target: ReindexTarget): Promise<Found> {
  const inspection = (await inspectReindexes(session, [target])).get(target.step);
  if (inspection === undefined) throw new Error(`the catalog gave no row for step ${target.step}`);
  return inspection.found;
}
