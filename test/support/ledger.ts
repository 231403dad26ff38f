import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect } from 'vitest';
import { type LedgerRun, readLedger } from '../../src/client/index.ts';
import type { Queryable } from '../../src/queries/define.ts';
import type { TestDatabase } from './database.ts';

export const LEDGER = 'indexdeck';

/** Works with a session that sees a ledger's schema alone, as any role. */
export const inLedger = async <T>(
  database: TestDatabase,
  work: (on: Queryable & { client: pg.Client }) => Promise<T>,
  { schema = LEDGER, ...as }: { schema?: string } & pg.ClientConfig = {},
): Promise<T> => {
  const client = await database.connect(as);
  try {
    await client.query("SELECT set_config('search_path', $1, false)", [pg.escapeIdentifier(schema)]);
    return await work({
      client,
      query: async (text, values) => (await client.query(text, [...(values ?? [])])).rows,
    });
  } finally {
    await client.end();
  }
};

export const ledgerOf = (
  database: TestDatabase,
  run: string | null = null,
  schema = LEDGER,
): Promise<LedgerRun | null> => inLedger(database, (on) => readLedger(on, run), { schema });

/** What a ledger has of a run: its row, and its events to the letter. */
export interface Fed {
  rows: { phase: string; status: number | null; seq: number }[];
  events: { seq: number; event: string }[];
}

export const fedOf = (database: TestDatabase, run: string, schema = LEDGER): Promise<Fed> =>
  inLedger(
    database,
    async ({ client }) => {
      const events = await client.query<Fed['events'][number]>(
        'SELECT seq, event::text AS event FROM events WHERE run = $1 ORDER BY seq',
        [run],
      );
      const row = await client.query<Fed['rows'][number]>('SELECT phase, status, seq FROM runs WHERE run = $1', [run]);
      return { rows: row.rows, events: events.rows };
    },
    { schema },
  );

/** What a run's journal holds, and what the ledger has of it, to the letter, are the same. */
export const expectSameAsJournal = async (
  database: TestDatabase,
  { run, dir, schema }: { run: string; dir: string; schema: string },
): Promise<void> => {
  const journal = (await readFile(join(dir, 'journal.jsonl'), 'utf8')).trimEnd().split('\n');
  const { rows, events } = await fedOf(database, run, schema);
  expect(events.map(({ seq }) => seq)).toEqual(journal.map((_, at) => at + 1));
  expect(events.map(({ event }) => event)).toEqual(journal);
  const last = JSON.parse(journal.at(-1) ?? '{}');
  expect(rows).toEqual([{ phase: 'finished', status: last.status, seq: journal.length }]);
};
