import pg from 'pg';
import { loadParser, retargetIndex } from '../../plan/index.ts';
import type { DropIndexStep } from '../../plan/types.ts';
import { indexDefinitions } from '../../queries/index_definitions.ts';
import { indexSizes, indexStates } from '../../queries/index_facts.ts';
import { type IndexToDropRow, indexesToDrop } from '../../queries/indexes_to_drop.ts';
import type { Found, IndexRecord, TableFacts } from '../../run/index.ts';
import type { Session } from '../session.ts';
import { estimates, relationKind } from './relations.ts';

/** An index that the plan drops, and its number in the run. */
export interface DropTarget {
  step: number;
  drop: DropIndexStep;
}

/** What the catalog says of it. */
export interface DropInspection {
  found: Found;
  /** Null when there is no such index. */
  table: TableFacts | null;
}

const gaveUp = (error: unknown, session: Session): boolean =>
  error instanceof pg.DatabaseError && (error.code === '55P03' || error.code === '57014') && !session.lost;

/** What is asked for all at once; where a lock is in the way nothing is known, and looking again may help. */
export async function unlessLocked<T>(
  session: Session,
  oids: readonly number[],
  ask: (some: readonly number[]) => Promise<Map<number, T>>,
): Promise<Map<number, T>> {
  if (oids.length === 0) return new Map();
  try {
    return await ask(oids);
  } catch (error) {
    if (!gaveUp(error, session)) throw error;
    return new Map();
  }
}

/**
 * Finds the indexes that the plan drops, with all that is needed to build each again: three statements for a whole plan. Nothing
 * is waited for longer than `inspectingSettings` allow; what cannot be read because of a lock is a problem that passes.
 */
export async function inspectDrops(
  session: Session,
  targets: readonly DropTarget[],
): Promise<Map<number, DropInspection>> {
  if (targets.length === 0) return new Map();
  await loadParser();
  const wanted = targets.map(({ step, drop: { schema, name, searchPath: path } }) => ({ step, schema, name, path }));
  const rows = await indexesToDrop(session, wanted);
  const oids = rows.flatMap(({ oid, kind, locked_by }) =>
    oid !== null && kind === 'i' && locked_by === null ? [oid] : [],
  );
  const definitions = await unlessLocked(session, oids, (some) => indexDefinitions(session, some));
  const sizes = await unlessLocked(session, oids, (some) => indexSizes(session, some));
  return new Map(
    rows.map((row): [number, DropInspection] => {
      const { oid } = row;
      const definition = oid === null ? undefined : definitions.get(oid);
      const bytes = oid === null ? undefined : sizes.get(oid);
      return [row.step, { found: foundOf(row, definition, bytes), table: tableOf(row) }];
    }),
  );
}

/**
 * `inspectDrops` for one index, right before it is dropped. `inItsPlace`: OID of the index of this run that takes its place; null
 * when none does. That one has to be there and valid still.
 */
export async function inspectDrop(
  session: Session,
  { step, drop }: DropTarget,
  inItsPlace: number | null,
): Promise<Found> {
  const found = (await inspectDrops(session, [{ step, drop }])).get(step)?.found;
  if (found === undefined) throw new Error(`the catalog gave no row for step ${step}`);
  if (found.kind !== 'to-drop' || inItsPlace === null) return found;
  const state = (await indexStates(session, [inItsPlace])).get(inItsPlace);
  if (state?.valid === true && state.ready && state.live) return found;
  const why = `${drop.replacedBy ?? 'the index'}, which is to take its place, is not there and valid any more`;
  return { ...found, problem: { why, passing: false } };
}

function tableOf(row: IndexToDropRow): TableFacts | null {
  const { table_oid: oid, table_schema: schema, table_name: name } = row;
  if (oid === null || schema === null || name === null) return null;
  return { oid, schema, name, ...estimates(row) };
}

function foundOf(row: IndexToDropRow, definition: string | undefined, bytes: number | undefined): Found {
  const { oid, kind, schema, name } = row;
  if (oid === null || schema === null || name === null) return { kind: 'none' };
  if (kind !== 'i' && kind !== 'I') return { kind: 'other-relation', oid, what: relationKind(kind) };
  const rebuildSql = definition === undefined ? null : rebuildSqlOf(definition);
  const unread = definition === undefined || rebuildSql === null;
  const record = unread ? null : recordOf(row, definition, rebuildSql, bytes);
  const strange = { why: 'its definition is not understood, and could not be built again', passing: false };
  const problem = problemOf(row, record) ?? null;
  const why = definition !== undefined && rebuildSql === null ? strange : problem;
  return { kind: 'to-drop', oid, schema, name, record, problem: why };
}

function problemOf(row: IndexToDropRow, record: IndexRecord | null): { why: string; passing: boolean } | null {
  const no = (why: string) => ({ why, passing: false });
  if (row.is_system === true) return no('it belongs to a system table');
  if (row.kind === 'I') return no('it is the index of a partitioned table, which cannot be dropped concurrently');
  if (row.is_attached) return no('it is attached to an index of a partitioned table');
  if (row.constraint_name !== null) return no(`the constraint ${row.constraint_name} depends on it`);
  if (row.is_replica_identity) return no('it is the replica identity of its table');
  if (row.extension !== null) return no(`it belongs to the extension ${row.extension}`);
  if (row.is_owner === false) return no('we are not the owner of its table, and may not drop it');
  if (row.busy !== null) return { why: `pid ${row.busy} is at work on it`, passing: true };
  if (record === null)
    return {
      why:
        row.locked_by === null
          ? 'somebody holds a lock on its table, so that its definition cannot be recorded'
          : `pid ${row.locked_by} holds, or waits for, an ACCESS EXCLUSIVE lock on its table, so that its definition cannot be recorded`,
      passing: true,
    };
  return null;
}

function rebuildSqlOf(definition: string): string | null {
  try {
    return retargetIndex(definition, { concurrently: true });
  } catch {
    return null;
  }
}

function recordOf(row: IndexToDropRow, definition: string, rebuildSql: string, bytes: number | undefined): IndexRecord {
  const { table_name, tablespace, comment, depends_on, clustered, statistics, valid, pages, block_size } = row;
  return {
    definition,
    rebuildSql,
    table: table_name ?? '',
    tablespace,
    comment,
    dependsOn: depends_on,
    clustered: clustered === true,
    statistics,
    valid: valid === true,
    bytes: bytes ?? (pages === null ? null : pages * block_size),
    scans: row.scans,
    lastScan: row.last_scan,
  };
}
