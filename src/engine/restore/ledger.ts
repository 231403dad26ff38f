import { rmSync } from 'node:fs';
import { quoteQualified } from '../../plan/ident.ts';
import type { ConnectionConfig } from '../config.ts';
import type { Session } from '../session.ts';
import { type Installation, runTool } from '../tools/index.ts';
import type { Verified } from './events.ts';
import { restoreApplication } from './sessions.ts';

const LOCK_WAIT_MS = 30_000;

const exactly = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const events = async (session: Session, schema: string): Promise<number> => {
  const [row] = await session.query(`SELECT count(*)::int AS events FROM ${quoteQualified(schema, 'events')}`, [], {
    timeoutMs: 0,
  });
  return Number(row?.events);
};

export interface Carrying {
  id: string;
  tools: { dump: Installation; restore: Installation };
  from: ConnectionConfig;
  to: ConnectionConfig;
  /** Sessions on both. */
  sessions: { from: Session; to: Session };
  schemas: readonly string[];
  /** Where the copy lies meanwhile. */
  file: string;
  signal: AbortSignal;
}

/**
 * Carries the ledger as it is now, with its rights, from the database in use into the restored one, which was filled
 * without it: the history of runs does not go back in time. Nobody writes it meanwhile, since the engine's lock is ours.
 */
export const carryLedger = async (carrying: Carrying): Promise<Verified> => {
  const { id, tools, from, to, sessions, schemas, file, signal } = carrying;
  const application = restoreApplication(id);
  try {
    await runTool({
      installation: tools.dump,
      tool: 'pg_dump',
      args: [
        '--format=custom',
        `--file=${file}`,
        '--no-password',
        `--lock-wait-timeout=${LOCK_WAIT_MS}`,
        '--strict-names',
        ...schemas.map((schema) => `--schema=${exactly(schema)}`),
      ],
      server: { connection: from, application },
      signal,
    });
    await runTool({
      installation: tools.restore,
      tool: 'pg_restore',
      args: ['--dbname=', '--no-password', '--single-transaction', '--', file],
      server: { connection: to, application },
      signal,
    });
    const counted: string[] = [];
    for (const schema of schemas) {
      const [before, after] = [await events(sessions.from, schema), await events(sessions.to, schema)];
      if (before !== after)
        return { what: 'ledger', ok: false, found: `${schema} has ${after} events, and ${before} in the old database` };
      counted.push(`${schema}: ${after} events`);
    }
    return { what: 'ledger', ok: true, found: `the history of runs was carried over; ${counted.join(', ')}` };
  } catch (error) {
    signal.throwIfAborted();
    return {
      what: 'ledger',
      ok: false,
      found: `the history of runs was not carried over: ${(error as Error).message}`,
    };
  } finally {
    rmSync(file, { force: true });
  }
};
