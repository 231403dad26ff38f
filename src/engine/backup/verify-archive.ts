import { count } from '../preflight/finding.ts';
import type { Installation } from '../tools/index.ts';
import { listArchive, readArchive } from './archive.ts';
import { type Digest, digestOf } from './digest.ts';
import { BackupUnproven } from './errors.ts';
import type { BackupEvent } from './events.ts';
import type { BackupRecord } from './record.ts';

export interface Proven extends Digest {
  tocEntries: number;
}

/** Where an archive's rows are not those that the server counted, in words; empty when all are. */
const differences = (
  counted: BackupRecord['rows'],
  archived: readonly { schema: string; table: string; rows: number }[],
): string[] => {
  const found = new Map(archived.map(({ schema, table, rows }) => [JSON.stringify([schema, table]), rows]));
  return counted.flatMap(({ schema, table, rows }) => {
    const there = found.get(JSON.stringify([schema, table]));
    if (there === rows) return [];
    return [
      `${schema}.${table} has ${rows} rows and ${there === undefined ? 'is not in the archive' : `${there} there`}`,
    ];
  });
};

/**
 * Proves an archive that was just written: pg_restore lists it, and unless `readBack` is false reads all of it, with the
 * rows that the server counted at the same snapshot. Then its checksum. Throws BackupUnproven, or as the tools do.
 */
export const verifyArchive = async (about: {
  installation: Installation;
  path: string;
  rows: BackupRecord['rows'];
  readBack: boolean;
  emit: (event: BackupEvent) => void;
  signal: AbortSignal;
}): Promise<Proven> => {
  const { installation, path, rows, readBack, emit, signal } = about;
  const { tocEntries } = await listArchive({ installation, path, signal });
  if (tocEntries === null) throw new BackupUnproven('pg_restore --list does not say how much is in the archive');
  emit({ type: 'backup.verified', what: 'list', found: `${count(tocEntries, 'entry', 'entries')} in the archive` });
  if (readBack) {
    const archived = await readArchive({ installation, path, signal });
    const wrong = differences(rows, archived);
    if (wrong.length > 0) throw new BackupUnproven(`the archive does not hold what was counted: ${wrong.join('; ')}`);
    const all = archived.reduce((sum, table) => sum + table.rows, 0);
    const found = `${count(all, 'row')} of ${count(archived.length, 'table')} read back; ${count(rows.length, 'table')} counted, equal`;
    emit({ type: 'backup.verified', what: 'rows', found });
  }
  const digest = await digestOf(path, signal);
  emit({ type: 'backup.verified', what: 'checksum', found: `SHA-256 ${digest.sha256}` });
  return { ...digest, tocEntries };
};
