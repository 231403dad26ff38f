import type { ConnectionConfig } from '../../engine/config.ts';
import type { Plan } from '../../plan/types.ts';
import type { NamedBackup } from '../../run/index.ts';
import { locateNamed, proveNamed } from '../backup/named-backup.ts';
import { CliError } from '../errors.ts';
import { newRunId } from '../identity.ts';
import { type Io, say } from '../io.ts';
import { version } from '../version.ts';

export interface DemoBackup {
  /** Where it goes, absolute; its record goes beside it, and into `journal`. */
  path: string;
  journal: string;
  binDir: string | null;
  connection: ConnectionConfig;
  plan: Plan;
  signal: AbortSignal;
}

/** Backs the fresh database up as `indexdeck backup` does, and proves it as `deploy --backup` does. */
export const backUpDemo = async (
  { path, journal, binDir, connection, plan, signal }: DemoBackup,
  io: Io,
): Promise<NamedBackup | null> => {
  const { takeBackup } = await import('../../engine/backup/index.ts');
  const id = `bk-${newRunId(new Date())}`;
  say(io, 'Taking a backup');
  const what = { id, label: 'demo', path, format: 'custom', jobs: 1, schemas: [], plan, readBack: true } as const;
  await takeBackup({
    ...{ ...what, schemas: [], binDir, connection, journal, version: version(), signal },
    emit: () => undefined,
  }).catch((cause: Error) => {
    throw new CliError(3, `the demo’s database could not be backed up: ${cause.message}`, { cause });
  });
  const given = { backup: path, journal, ...(binDir === null ? {} : { binDir }) };
  return await proveNamed(await locateNamed(given, io), given, io);
};
