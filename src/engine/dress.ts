import pg from 'pg';
import { quoteIdent, quoteLiteral, quoteQualified } from '../plan/ident.ts';
import { indexDefinitions } from '../queries/index_definitions.ts';
import { type RebuiltIndexRow, rebuiltIndexes } from '../queries/rebuilt_indexes.ts';
import type { IndexRecord, RunState } from '../run/index.ts';
import type { Session } from './session.ts';

type Rebuilt = RunState['rebuilt'][number];

const sameTargets = (a: IndexRecord['statistics'], b: IndexRecord['statistics']): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Extensions that it was dropped with, and is not any more. */
const apart = ({ depends_on: now }: RebuiltIndexRow, { dependsOn: before = [] }: IndexRecord): string[] =>
  before.filter((extension) => !now.includes(extension));

/**
 * What CREATE INDEX does not bring back, as statements that bring back what is missing of it. COMMENT, SET STATISTICS and CLUSTER
 * ON take SHARE UPDATE EXCLUSIVE at most (PostgreSQL's table of locks); DEPENDS ON EXTENSION takes ACCESS EXCLUSIVE on the index
 * for a moment. The owner is no part of it: an index has that of its table, always (tried on 15 and 18).
 */
export const missing = (row: RebuiltIndexRow, record: IndexRecord): string[] => {
  const name = quoteQualified(row.schema, row.name);
  const comment = record.comment === null ? 'NULL' : quoteLiteral(record.comment);
  const set = record.statistics.filter(
    ({ column, target }) => !row.statistics.some((each) => each.column === column && each.target === target),
  );
  return [
    ...(row.comment === record.comment ? [] : [`COMMENT ON INDEX ${name} IS ${comment}`]),
    ...apart(row, record).map((extension) => `ALTER INDEX ${name} DEPENDS ON EXTENSION ${quoteIdent(extension)}`),
    ...set.map(({ column, target }) => `ALTER INDEX ${name} ALTER COLUMN ${column} SET STATISTICS ${target}`),
    ...(record.clustered && !row.clustered
      ? [`ALTER TABLE ${quoteQualified(row.schema, row.table_name)} CLUSTER ON ${quoteIdent(row.name)}`]
      : []),
  ];
};

const unlike = (
  row: RebuiltIndexRow | undefined,
  definition: string | undefined,
  record: IndexRecord,
): string | null => {
  if (row === undefined) return 'it was built again, and is gone';
  if (!row.valid) return 'it was built again, and is not valid';
  if (definition === undefined)
    return 'it was built again; its definition could not be read, since its table is locked';
  if (definition !== record.definition) return `it was built again otherwise than it was: ${definition}`;
  if (row.tablespace !== record.tablespace)
    return `it was built again in the tablespace ${row.tablespace ?? 'of the database'}, not in ${record.tablespace ?? 'that of the database'}`;
  if (row.comment !== record.comment) return 'it was built again without its comment';
  const [extension] = apart(row, record);
  if (extension !== undefined) return `it was built again, and is not dropped with the extension ${extension} any more`;
  if (record.clustered && !row.clustered) return 'it was built again, and CLUSTER does not go by it any more';
  if (!sameTargets(row.statistics, record.statistics)) return 'it was built again without its statistics targets';
  return null;
};

const refused = (error: unknown, session: Session): string => {
  if (!(error instanceof pg.DatabaseError) || session.lost) throw error;
  return error.message;
};

/**
 * Gives indexes that were built again what their record has besides the definition, as far as it is missing, and says of each what
 * is not as it was; null when all is. The session must give up on locks. Fails only when the session does.
 */
export const dress = async (
  session: Session,
  rebuilt: readonly Rebuilt[],
): Promise<{ oid: number; problem: string | null }[]> => {
  const oids = rebuilt.map(({ oid }) => oid);
  if (oids.length === 0) return [];
  const before = await rebuiltIndexes(session, oids);
  const refusals = new Map<number, string>();
  for (const { oid, record } of rebuilt) {
    const row = before.get(oid);
    for (const sql of row === undefined ? [] : missing(row, record))
      await session.execute(sql).catch((error: unknown) => refusals.set(oid, refused(error, session)));
  }
  const after = await rebuiltIndexes(session, oids);
  const definitions = await indexDefinitions(session, oids).catch((error: unknown) => {
    refused(error, session);
    return new Map<number, string>();
  });
  return rebuilt.map(({ oid, record }) => {
    const problem = unlike(after.get(oid), definitions.get(oid), record);
    const why = refusals.get(oid);
    return { oid, problem: problem === null || why === undefined ? problem : `${problem}: ${why}` };
  });
};
