import { existsSync } from 'node:fs';
import { type ArchiveFacts, digestOf, type Located, listText, parseList, readArchive } from '../backup/index.ts';
import { type Found, type Installation, newestInstallation, ToolError } from '../tools/index.ts';
import { RestoreRefused } from './errors.ts';
import { entryLines } from './toc.ts';

/** An archive that was read and found good. */
export interface GoodArchive extends Located {
  facts: ArchiveFacts;
  /** The lines of its table of contents. */
  entries: string[];
  sha256: string;
  bytes: number;
  /** ISO, UTC: the instant that it shows, or when it was made; null when unknown. */
  takenAt: string | null;
  /** Rows that its tables have to have, as the server counted them at the backup, or as they are in the archive. */
  rows: readonly { schema: string; table: string; rows: number }[];
}

const ANOTHER = 'Name another backup, or find the archive’s own copy.';

const readIt = async (located: Located, installation: Installation, signal: AbortSignal): Promise<GoodArchive> => {
  const { path, record } = located;
  const reading = { installation, path, signal };
  const text = await listText(reading);
  const facts = parseList(text);
  const { sha256, bytes } = await digestOf(path, signal);
  if (record !== null && sha256 !== record.sha256)
    throw new RestoreRefused(
      `${path} is not as it was written: SHA-256 ${sha256}, on record ${record.sha256}`,
      ANOTHER,
    );
  // Without a record nothing is known of it: only reading all of it shows that it can be read.
  const rows = record?.rows ?? (await readArchive(reading));
  const entries = entryLines(text);
  return { ...located, facts, entries, sha256, bytes, takenAt: record?.snapshotAt ?? facts.createdAt, rows };
};

/**
 * Reads an archive and proves it: as it was written, by its checksum; or without a record read whole. Throws
 * RestoreRefused when it is not good, and the signal's reason.
 */
export const openArchive = async (located: Located, found: Found, signal: AbortSignal): Promise<GoodArchive> => {
  if (!existsSync(located.path)) throw new RestoreRefused(`the archive is not at ${located.path} any more`, ANOTHER);
  try {
    return await readIt(located, newestInstallation('pg_restore', found), signal);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof RestoreRefused) throw cause;
    const advice = cause instanceof ToolError ? cause.advice : ANOTHER;
    throw new RestoreRefused(`${located.path} cannot be restored: ${(cause as Error).message}`, advice, { cause });
  }
};
