import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** All that is known of a backup: what stands beside the archive and in the registry. No secrets. */
const schema = z.object({
  /** Of this shape. */
  indexdeckBackup: z.literal(1),
  id: z.string().min(1),
  label: z.string().min(1),
  /** Where the archive was put, absolute; it may have been moved since. */
  path: z.string().min(1),
  format: z.enum(['custom', 'directory']),
  database: z.object({ host: z.string(), port: z.int(), database: z.string(), user: z.string() }),
  server: z.object({
    version: z.string(),
    /** Null where the role could not ask for it. */
    systemIdentifier: z.string().nullable(),
  }),
  /** The pg_dump that wrote it. */
  tool: z.object({ name: z.literal('pg_dump'), version: z.string() }),
  /** indexdeck's version. */
  writtenBy: z.string(),
  /** ISO, UTC. */
  startedAt: z.iso.datetime(),
  /** The instant that the archive shows. */
  snapshotAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** The exported snapshot's name, as the server's log has it. */
  snapshot: z.string(),
  /** Those given with --schema; empty: all. */
  schemas: z.array(z.string()),
  /** Rows at the snapshot, counted by the server. */
  rows: z.array(z.object({ schema: z.string(), table: z.string(), rows: z.int() })),
  /** Tables in the archive whose rows were not counted. */
  tablesNotCounted: z.int(),
  /** The archive was read whole, and holds the rows that the server counted. */
  readBack: z.boolean(),
  /** Entries of the table of contents. */
  tocEntries: z.int(),
  /** Size of the archive: of a directory, of its files. */
  bytes: z.int(),
  /** Of the file; of a directory, see `digestOf`. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export type BackupRecord = z.infer<typeof schema>;
export type BackupFormat = BackupRecord['format'];

/** What stands beside an archive. */
export const manifestPath = (archive: string): string => `${archive}.indexdeck.json`;

/** A file that should hold a record, and does not. */
export class BadRecord extends Error {
  override readonly name = 'BadRecord';
}

/** Reads a record. Null when there is no such file; throws BadRecord for what is not one. */
export const readRecord = (path: string): BackupRecord | null => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new BadRecord(`cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new BadRecord(`${path} is not the record of a backup`, { cause });
  }
};
