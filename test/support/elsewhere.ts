import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { followLedger } from '../../src/cli/elsewhere/ledger-feed.ts';
import type { LedgerFeed } from '../../src/client/index.ts';
import type { ClientRole } from '../../src/run/index.ts';
import type { TestDatabase } from './database.ts';
import { LEDGER } from './ledger.ts';

/** The statements of a file of grants, its variables filled in as psql does. */
export const grants = (name: string, variables: Record<string, string>): string =>
  readFileSync(fileURLToPath(new URL(`../../sql/ledger/grants/${name}.sql`, import.meta.url)), 'utf8').replace(
    /:"(\w+)"/g,
    (_, variable) => pg.escapeIdentifier(variables[variable] ?? ''),
  );

/** Makes a login role; with what it owns and may it goes when the test ends. */
export const makeRole = async (database: TestDatabase, name: string): Promise<{ user: string; password: string }> => {
  const user = `${name}_${database.name}`;
  await database.sql(`CREATE ROLE ${user} LOGIN PASSWORD 'p'`);
  onTestFinished(async () => {
    await database.sql(`DROP OWNED BY ${user} CASCADE`);
    await database.sql(`DROP ROLE ${user}`);
  });
  return { user, password: 'p' };
};

/** Gives a role what a file of grants says, in a ledger that is there. */
export const grant = async (
  database: TestDatabase,
  file: 'operator' | 'observer',
  role: { user: string },
  schema = LEDGER,
): Promise<void> => {
  await database.sql(grants(file, { schema, role: role.user }));
};

/** A screen elsewhere that follows a run through its ledger; it leaves when the test ends. */
export const elsewhere = (
  database: TestDatabase,
  run: string,
  role: ClientRole,
  { as, name = 'eve@far', port }: { as?: { user: string; password: string }; name?: string; port?: number } = {},
): LedgerFeed => {
  const { server } = database;
  const connection = { host: server.host, port: port ?? server.port, user: server.user, password: server.password };
  const feed = followLedger({ ...connection, database: database.name, ...as }, LEDGER, run, role, name);
  onTestFinished(() => feed.goodbye());
  return feed;
};
