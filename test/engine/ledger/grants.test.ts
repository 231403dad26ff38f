import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { emptySample } from '../../support/core.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { grants } from '../../support/elsewhere.ts';
import { inLedger } from '../../support/ledger.ts';
import { poll } from '../../support/poll.ts';
import { versions } from '../../support/server.ts';
import { ledgerOn, RUN, someEvents } from './support.ts';

const SCHEMA = 'The "ledger"';

const NO_RIGHT = '42501';

/** What the server says to a statement: null when it does it. Nothing of it stays. */
const refusalOf = (database: TestDatabase, user: string, sql: string): Promise<string | null> =>
  inLedger(
    database,
    async ({ client }) => {
      await client.query('BEGIN');
      try {
        await client.query(sql);
        return null;
      } catch (error) {
        return (error as pg.DatabaseError).code ?? 'no code';
      } finally {
        await client.query('ROLLBACK');
      }
    },
    { schema: SCHEMA, user, password: 'p' },
  );

/** A ledger that a role without any other right made, after the administrator's one grant. */
const scene = async (version: 15 | 18) => {
  const database = await createDatabase(version);
  const role = (name: string): string => `${name}_${database.name}`;
  const [engine, operator, observer] = [role('engine'), role('operator'), role('observer')];
  for (const user of [engine, operator, observer]) await database.sql(`CREATE ROLE ${user} LOGIN PASSWORD 'p'`);
  const clean = async (): Promise<void> => {
    for (const user of [observer, operator, engine]) await database.sql(`DROP OWNED BY ${user} CASCADE`);
    for (const user of [observer, operator, engine]) await database.sql(`DROP ROLE ${user}`);
  };
  await database.sql(grants('engine', { schema: SCHEMA, role: engine }));
  const fed = ledgerOn(database, { schema: SCHEMA, as: { user: engine, password: 'p' } });
  await fed.feed(...someEvents());
  fed.ledger.sampled(emptySample(0));
  await poll(async () => (await database.sql(`SELECT FROM ${pg.escapeIdentifier(SCHEMA)}.samples`)).length === 1);
  expect(fed.failures).toEqual([]);
  // The engine's role gives the grants: it owns the ledger.
  const asEngine = { schema: SCHEMA, user: engine, password: 'p' };
  await inLedger(
    database,
    ({ client }) => client.query(grants('observer', { schema: SCHEMA, role: observer })),
    asEngine,
  );
  await inLedger(
    database,
    ({ client }) => client.query(grants('operator', { schema: SCHEMA, role: operator })),
    asEngine,
  );
  await fed.ledger.finish(0);
  await fed.kept.stop();
  return { database, engine, operator, observer, clean };
};

const READS = ['runs', 'events', 'commands', 'samples', 'migrations'].map((table) => `SELECT * FROM ${table}`);

const WRITES = [
  "INSERT INTO events VALUES ('r1', 1000, now(), 'x', '{}')",
  "UPDATE events SET type = 'x'",
  'DELETE FROM events',
  'TRUNCATE events CASCADE',
  "INSERT INTO runs (run) VALUES ('x')",
  "UPDATE runs SET phase = 'x'",
  'DELETE FROM runs',
  'TRUNCATE runs CASCADE',
  "INSERT INTO samples VALUES ('r1', now(), '{}')",
  "UPDATE samples SET sample = '{}'",
  'DELETE FROM samples',
  "INSERT INTO migrations VALUES (100, 'x', 'x')",
  'DELETE FROM migrations',
  "UPDATE commands SET state = 'done'",
  'DELETE FROM commands',
  'TRUNCATE commands',
  "SELECT nextval('commands_id_seq')",
  "SELECT setval('commands_id_seq', 1)",
  'CREATE TABLE x ()',
  'CREATE INDEX ON events (type)',
  'ALTER TABLE events ADD COLUMN x int',
  'DROP TABLE events',
  'DROP SCHEMA "The ""ledger""" CASCADE',
  'CREATE SCHEMA x',
  'LOCK TABLE events IN EXCLUSIVE MODE',
  'ALTER TABLE events OWNER TO CURRENT_USER',
];

const ORDER = `INSERT INTO commands (run, command, ordered_by) VALUES ('${RUN}', '{"type": "pause"}', 'ben@ops')`;

/** What only the server and the engine say of an order. */
const FORGED = [
  `INSERT INTO commands (run, command, ordered_by, role) VALUES ('${RUN}', '{}', 'x', 'postgres')`,
  `INSERT INTO commands (run, command, ordered_by, ordered_at) VALUES ('${RUN}', '{}', 'x', 'epoch')`,
  `INSERT INTO commands (run, command, ordered_by, state) VALUES ('${RUN}', '{}', 'x', 'done')`,
  `INSERT INTO commands (run, command, ordered_by, answer) VALUES ('${RUN}', '{}', 'x', 'yes')`,
  `INSERT INTO commands (id, run, command, ordered_by) OVERRIDING SYSTEM VALUE VALUES (1, '${RUN}', '{}', 'x')`,
];

describe.each(versions)('the grants on PostgreSQL %i', (version) => {
  it('an observer reads all of it and writes nothing; an operator gives orders besides; others have nothing', async () => {
    const { database, engine, operator, observer, clean } = await scene(version);
    try {
      for (const user of [operator, observer, engine])
        for (const sql of READS) expect([user, sql, await refusalOf(database, user, sql)]).toEqual([user, sql, null]);
      for (const user of [operator, observer])
        for (const sql of [...WRITES, ...FORGED])
          expect([user, sql, await refusalOf(database, user, sql)]).toEqual([user, sql, NO_RIGHT]);
      expect(await refusalOf(database, observer, ORDER)).toBe(NO_RIGHT);
      expect(await refusalOf(database, operator, ORDER)).toBeNull();
      expect(await refusalOf(database, operator, ORDER.replace(RUN, 'nobody'))).toBe('23503');
      expect(await refusalOf(database, operator, ORDER.replace('{"type": "pause"}', '[]'))).toBe('23514');
      // Whoever may connect may notify, which is why a notice is a hint and no more.
      expect(await refusalOf(database, observer, "NOTIFY indexdeck, 'r1:1000'")).toBeNull();
    } finally {
      await clean();
    }
  });

  it('an order has the name of the role that gave it, by the server’s word', async () => {
    const { database, operator, clean } = await scene(version);
    try {
      const as = { schema: SCHEMA, user: operator, password: 'p' };
      await inLedger(database, ({ client }) => client.query(ORDER), as);
      const { rows } = await inLedger(database, ({ client }) => client.query('SELECT * FROM commands'), as);
      expect(rows).toMatchObject([
        { run: RUN, command: { type: 'pause' }, ordered_by: 'ben@ops', role: operator, state: 'pending', answer: null },
      ]);
    } finally {
      await clean();
    }
  });
});
