import type { ConnectionConfig } from '../config.ts';
import { type Installation, runTool, type ToolMessage } from '../tools/index.ts';
import type { BackupFormat } from './record.ts';

/** pg_dump gives up when it does not get its locks, instead of keeping its snapshot and everybody's builds waiting. */
const LOCK_WAIT_MS = 60_000;

const DUMPING = /^dumping contents of table "(.*)"$/;

export interface Dump {
  installation: Installation;
  connection: ConnectionConfig;
  application: string;
  path: string;
  format: BackupFormat;
  jobs: number;
  schemas: readonly string[];
  snapshot: string;
  onTable: (table: string) => void;
  onWarning: (text: string) => void;
  signal: AbortSignal;
}

/** A name as a pattern that means itself alone. */
const exactly = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Runs pg_dump to its end. Fails with ToolFailed or ToolCancelled. */
export const dump = (what: Dump): Promise<void> => {
  const take = ({ level, text }: ToolMessage): void => {
    const table = level === 'info' ? DUMPING.exec(text)?.[1] : undefined;
    if (table !== undefined) what.onTable(table);
    if (level === 'warning') what.onWarning(text);
  };
  return runTool({
    installation: what.installation,
    tool: 'pg_dump',
    args: [
      `--format=${what.format}`,
      `--file=${what.path}`,
      `--snapshot=${what.snapshot}`,
      '--verbose',
      '--no-password',
      `--lock-wait-timeout=${LOCK_WAIT_MS}`,
      ...(what.format === 'directory' ? [`--jobs=${what.jobs}`] : []),
      ...what.schemas.map((schema) => `--schema=${exactly(schema)}`),
      '--strict-names',
    ],
    server: { connection: what.connection, application: what.application },
    onMessage: take,
    signal: what.signal,
  });
};
