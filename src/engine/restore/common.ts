import { writeFileSync } from 'node:fs';
import { duration } from '../../run/format.ts';
import type { ConnectionConfig } from '../config.ts';
import type { Session } from '../session.ts';
import type { Agreed } from './context.ts';
import type { JudgedError, Verified } from './events.ts';
import { listWithout, verify } from './verify.ts';

/** The entries to restore, ledgers left out, and the file that says so to pg_restore. */
export const writeList = async ({
  request,
  look,
  tools,
  journal,
}: Agreed): Promise<{ entries: string[]; file: string }> => {
  const reading = { installation: tools.restore, path: look.archive.path, signal: request.signal };
  const entries = await listWithout(reading, look.ledgers);
  const file = journal.file('list');
  writeFileSync(file, `${entries.join('\n')}\n`, { mode: 0o600 });
  return { entries, file };
};

/** What pg_restore is told in both ways. */
export const loadArguments = (agreed: Agreed, list: string): string[] => {
  const { owners, privileges } = agreed.request;
  return [`--use-list=${list}`, ...(owners ? [] : ['--no-owner']), ...(privileges ? [] : ['--no-privileges'])];
};

/** Gathers statistics: without them the restored database would be slow where the old one was not. */
export const analyze = async ({ request, journal }: Agreed, session: Session): Promise<void> => {
  if (!request.analyze) return;
  const begin = performance.now();
  await session.execute('ANALYZE');
  journal.emit({ type: 'restore.analyzed', durationMs: performance.now() - begin });
};

/** Makes the proofs and records each. */
export const prove = async (
  { request, look, tools, journal }: Agreed,
  at: {
    session: Session;
    connection: ConnectionConfig;
    entries: readonly string[];
    errors: readonly JudgedError[];
    othersWrite: boolean;
  },
): Promise<Verified[]> => {
  const proofs = await verify({
    ...at,
    id: request.id,
    archive: look.archive,
    ledgers: look.ledgers,
    tools,
    owners: request.owners,
    privileges: request.privileges,
    file: journal.file('ledger'),
    signal: request.signal,
  });
  for (const proof of proofs) journal.emit({ type: 'restore.verified', ...proof });
  return proofs;
};

export const isProven = (proofs: readonly Verified[]): boolean => proofs.every(({ ok }) => ok !== false);

export const since = (startedAt: string): string => duration(Date.now() - Date.parse(startedAt));
