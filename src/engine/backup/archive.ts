import { type Installation, runTool } from '../tools/index.ts';
import { type CopiedRows, CopyRows } from './copy-rows.ts';

/** What pg_restore --list says of an archive. */
export interface ArchiveFacts {
  /** Null in an archive that does not say it. */
  database: string | null;
  /** ISO, UTC; null when it cannot be read. */
  createdAt: string | null;
  tocEntries: number | null;
  /** Tables whose rows are in it. */
  tables: number;
  /** Of the server that it was taken from. */
  serverVersion: string | null;
  /** Of the pg_dump that wrote it. */
  toolVersion: string | null;
}

const field = (text: string, name: string): string | null =>
  new RegExp(`^;\\s+${name}: (.*)$`, 'm').exec(text)?.[1] ?? null;

/** An archive keeps the wall clock of where it was made; pg_restore, and so we, read it in the machine's own time zone. */
const created = (text: string): string | null => {
  const match = /^; Archive created at (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)/m.exec(text);
  if (match === null) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return new Date(year, month - 1, day, hour, minute, second).toISOString();
};

/** Reads the head of what pg_restore --list prints. */
export const parseList = (text: string): ArchiveFacts => {
  const entries = field(text, 'TOC Entries');
  return {
    database: field(text, 'dbname'),
    createdAt: created(text),
    tocEntries: entries === null ? null : Number(entries),
    tables: text.match(/^\d+; \d+ \d+ TABLE DATA /gm)?.length ?? 0,
    serverVersion: field(text, 'Dumped from database version'),
    toolVersion: field(text, 'Dumped by pg_dump version'),
  };
};

export interface Reading {
  installation: Installation;
  path: string;
  signal?: AbortSignal;
}

const restore = (reading: Reading, args: readonly string[], onOutput: (chunk: Uint8Array) => void): Promise<void> => {
  const { installation, path, signal } = reading;
  return runTool({
    installation,
    tool: 'pg_restore',
    // After the two dashes a path that begins with one is a path too.
    args: [...args, '--', path],
    server: null,
    onOutput,
    ...(signal === undefined ? {} : { signal }),
  });
};

/** What pg_restore --list prints, with these arguments too. Fails with ToolFailed when it cannot read the archive. */
export const listText = async (reading: Reading, args: readonly string[] = []): Promise<string> => {
  const chunks: Uint8Array[] = [];
  await restore(reading, ['--list', ...args], (chunk) => void chunks.push(chunk));
  return Buffer.concat(chunks).toString('utf8');
};

/** Has pg_restore list an archive. Fails with ToolFailed when it cannot read it. */
export const listArchive = async (reading: Reading): Promise<ArchiveFacts> => parseList(await listText(reading));

/**
 * Has pg_restore read all the data of an archive, as for a restore but without a server, and gives the rows of each
 * table. A list alone says nothing of the data: it is at the front, and a truncated archive has it too.
 */
export const readArchive = async (reading: Reading): Promise<readonly CopiedRows[]> => {
  const rows = new CopyRows();
  await restore(reading, ['--data-only', '--file=-'], (chunk) => rows.add(chunk));
  return rows.tables;
};
