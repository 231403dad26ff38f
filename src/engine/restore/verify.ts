import { rmSync } from 'node:fs';
import pg from 'pg';
import { invalidIndexes } from '../../queries/restore_state.ts';
import { listText } from '../backup/index.ts';
import { countRows } from '../backup/snapshot.ts';
import type { ConnectionConfig } from '../config.ts';
import { count, list } from '../preflight/finding.ts';
import type { Session } from '../session.ts';
import { type Installation, runTool } from '../tools/index.ts';
import type { GoodArchive } from './archive.ts';
import type { JudgedError, Verified } from './events.ts';
import { restoreApplication } from './sessions.ts';
import { compareObjects, entryLines, entryName, withoutSchemas } from './toc.ts';

export interface Verifying {
  id: string;
  session: Session;
  connection: ConnectionConfig;
  archive: GoodArchive;
  /** The entries that were to be made: the archive's, without ledgers. */
  entries: readonly string[];
  errors: readonly JudgedError[];
  ledgers: readonly string[];
  tools: { dump: Installation; restore: Installation };
  owners: boolean;
  privileges: boolean;
  /** Others may have written since it was restored: in place, they are at work again. */
  othersWrite: boolean;
  /** For a copy of the schema, for as long as it is compared. */
  file: string;
  signal: AbortSignal;
}

const judgeErrors = (errors: readonly JudgedError[]): Verified => {
  const bad = errors.filter(({ kind }) => kind !== 'harmless');
  const harmless = errors.length - bad.length;
  if (bad.length === 0)
    return {
      what: 'errors',
      ok: true,
      found: harmless === 0 ? 'pg_restore had no error' : `pg_restore had ${count(harmless, 'error')}, all harmless`,
    };
  const said = bad.map(({ kind, message }) => `${kind}: ${message}`);
  return {
    what: 'errors',
    ok: false,
    found: `pg_restore had ${count(bad.length, 'error')} that count: ${list(said, 3)}`,
  };
};

/** Rows of a table now; null when they cannot be counted. */
const rowsNow = async (session: Session, table: { schema: string; table: string }): Promise<number | null> => {
  try {
    return await countRows(session, table);
  } catch (error) {
    if (error instanceof pg.DatabaseError && !session.lost) return null;
    throw error;
  }
};

const compareRows = async ({ session, archive, ledgers, othersWrite, signal }: Verifying): Promise<Verified> => {
  const wanted = archive.rows.filter(({ schema }) => !ledgers.includes(schema));
  if (wanted.length === 0) return { what: 'rows', ok: null, found: 'no table was counted at the backup' };
  const wrong: string[] = [];
  for (const table of wanted) {
    signal.throwIfAborted();
    const now = await rowsNow(session, table);
    if (now !== table.rows)
      wrong.push(`${table.schema}.${table.table} has ${now ?? 'no countable'} rows, at the backup ${table.rows}`);
  }
  if (wrong.length === 0)
    return { what: 'rows', ok: true, found: `${count(wanted.length, 'table')} counted, equal to the backup` };
  const found = `${count(wrong.length, 'table')} of ${wanted.length} not as at the backup: ${list(wrong, 5)}`;
  return {
    what: 'rows',
    ok: othersWrite,
    found: othersWrite
      ? `${found}; others write again since the commit, and the transaction copied all rows or none`
      : found,
  };
};

/** Kinds that every version of pg_dump lists alike. */
const SAME_IN_ALL =
  /^(TABLE|INDEX|CONSTRAINT|FK CONSTRAINT|VIEW|MATERIALIZED VIEW|FUNCTION|TRIGGER|SEQUENCE|TYPE|SCHEMA) /;

/** What the database holds, as an archive of it would list it. */
const entriesNow = async ({ id, connection, tools, ledgers, file, signal }: Verifying): Promise<string[]> => {
  try {
    await runTool({
      installation: tools.dump,
      tool: 'pg_dump',
      args: ['--format=custom', '--schema-only', `--file=${file}`, '--no-password', '--lock-wait-timeout=60000'],
      server: { connection, application: restoreApplication(id) },
      signal,
    });
    return await listWithout({ installation: tools.restore, path: file, signal }, ledgers);
  } finally {
    rmSync(file, { force: true });
  }
};

/** The entries of an archive but those of these schemas. */
export const listWithout = async (
  reading: { installation: Installation; path: string; signal: AbortSignal },
  schemas: readonly string[],
): Promise<string[]> => {
  const all = entryLines(await listText(reading));
  if (schemas.length === 0) return all;
  const exclude = schemas.map((schema) => `--exclude-schema=${schema}`);
  return withoutSchemas(all, entryLines(await listText(reading, exclude)), schemas);
};

const compareEntries = async (verifying: Verifying): Promise<Verified[]> => {
  const { archive, entries, tools, owners, privileges } = verifying;
  const now = await entriesNow(verifying);
  const alike = Number.parseInt(archive.facts.toolVersion ?? '', 10) === tools.dump.major;
  const chosen = (lines: readonly string[]) =>
    alike ? lines : lines.filter((line) => SAME_IN_ALL.test(entryName(line)));
  const given = entries.filter((line) => privileges || !/^(DEFAULT )?ACL /.test(entryName(line)));
  const { missing, extra, same } = compareObjects(chosen(given), chosen(now), owners);
  const indexes = entries.filter((line) => entryName(line).startsWith('INDEX ')).length;
  const more = extra.length === 0 ? '' : `; ${count(extra.length, 'object')} that it does not hold: ${list(extra, 5)}`;
  const objects: Verified =
    missing.length === 0
      ? { what: 'objects', ok: true, found: `all ${same} objects of the archive are there${more}` }
      : {
          what: 'objects',
          ok: false,
          found: `${count(missing.length, 'object')} of the archive missing: ${list(missing, 5)}${more}`,
        };
  const lost = missing.filter((name) => name.startsWith('INDEX ')).length;
  const invalid = await invalidIndexes(verifying.session);
  const found = `${indexes - lost} of ${count(indexes, 'index', 'indexes')} of the archive are there, ${invalid.length === 0 ? 'none is invalid' : `invalid: ${list(invalid)}`}`;
  return [objects, { what: 'indexes', ok: lost === 0 && invalid.length === 0, found }];
};

/** Proves what was restored against the archive and its record. */
export const verify = async (verifying: Verifying): Promise<Verified[]> => [
  judgeErrors(verifying.errors),
  await compareRows(verifying),
  ...(await compareEntries(verifying)),
];
