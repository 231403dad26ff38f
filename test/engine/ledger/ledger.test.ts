import { describe, expect, it } from 'vitest';
import { listLedgerRuns } from '../../../src/client/index.ts';
import { MIGRATIONS } from '../../../src/queries/ledger_migrations.ts';
import { type Opener, openText, readAnnouncement, readOpener, sealedIn } from '../../../src/run/announcement/index.ts';
import type { RunEvent } from '../../../src/run/index.ts';
import { emptySample } from '../../support/core.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { inLedger, LEDGER, ledgerOf } from '../../support/ledger.ts';
import { poll } from '../../support/poll.ts';
import { startServer, versions } from '../../support/server.ts';
import { ledgerOn, RUN, someEvents } from './support.ts';

const jsonOf = (events: readonly RunEvent[]): string[] => events.map((event) => JSON.stringify(event));

/** The texts as the server keeps them. */
const kept = async (database: TestDatabase, schema = LEDGER): Promise<string[]> =>
  await inLedger(
    database,
    async ({ client }) =>
      (await client.query('SELECT event::text FROM events WHERE run = $1 ORDER BY seq', [RUN])).rows.map(
        ({ event }) => event,
      ),
    { schema },
  );

const migrationsIn = (database: TestDatabase): Promise<unknown[]> =>
  database.sql('SELECT version, name, indexdeck_version FROM indexdeck.migrations ORDER BY version');

const terminate = (database: TestDatabase): Promise<unknown[]> =>
  database.sql(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'indexdeck ledger %'`,
  );

describe.each(versions)('the ledger on PostgreSQL %i', (version) => {
  it('is made on first use, has the journal to the letter and what it makes of the run, and tells who listens', async () => {
    const database = await createDatabase(version);
    const listener = await database.connect();
    const heard: string[] = [];
    listener.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await listener.query('LISTEN indexdeck');
    const fed = ledgerOn(database);
    const events = someEvents();
    await fed.feed(...events.slice(0, 5));
    await fed.feed(...events.slice(5));
    expect(await kept(database)).toEqual(jsonOf(events));
    expect(await ledgerOf(database)).toEqual({ run: RUN, events, lines: jsonOf(events) });
    expect(await ledgerOf(database, 'nobody')).toBeNull();
    expect(await inLedger(database, listLedgerRuns)).toMatchObject([
      {
        run: RUN,
        version: '0',
        host: 'db',
        port: 5432,
        user: 'deploy',
        operator: 'anna@ops',
        phase: 'verifying',
        status: null,
        seq: events.length,
        started_at: events[0]?.at,
      },
    ]);
    const [row] = await database.sql('SELECT opener FROM indexdeck.runs');
    const opener = readOpener(String(row?.opener));
    const told = (payload: string) => {
      const text = openText(opener as Opener, RUN, sealedIn(RUN, payload) ?? '');
      return text === null ? null : readAnnouncement(text);
    };
    await poll(() => told(heard.at(-1) ?? '')?.seq === events.length);
    expect(heard.flatMap((payload) => told(payload)?.events ?? [])).toEqual(jsonOf(events));
    await listener.end();
    expect(await migrationsIn(database)).toEqual(
      MIGRATIONS.map(({ version, name }) => ({ version, name, indexdeck_version: 'test' })),
    );
    expect(fed.failures).toEqual([]);
  });

  it('is migrated from the version before, in the middle of a migration too, and then left alone', async () => {
    const database = await createDatabase(version);
    const events = someEvents();
    await ledgerOn(database).feed(...events.slice(0, 3));
    const newest = MIGRATIONS.length;
    // Killed between a migration and its record.
    await database.sql('DELETE FROM indexdeck.migrations WHERE version = $1', [newest]);
    const again = ledgerOn(database, { version: 'next' });
    await again.feed(...events.slice(0, 4));
    await database.sql('DELETE FROM indexdeck.migrations WHERE version >= 5');
    await database.sql('DROP TABLE indexdeck.samples');
    await database.sql('ALTER TABLE indexdeck.runs DROP COLUMN opener');
    const third = ledgerOn(database, { version: 'next' });
    await third.feed(...events.slice(0, 5));
    expect((await migrationsIn(database)).at(-1)).toMatchObject({ version: newest, indexdeck_version: 'next' });
    third.ledger.sampled(emptySample(0));
    await poll(async () => (await database.sql('SELECT FROM indexdeck.samples')).length === 1);
    expect(await kept(database)).toEqual(jsonOf(events.slice(0, 5)));
    const sent = (await database.statementLog()).length;
    await ledgerOn(database, { version: 'last' }).feed(...events.slice(0, 6));
    const later = (await database.statementLog()).slice(sent);
    expect(
      later.filter(({ text }) => /\bcreate\b/i.test(text.replace(/^--.*$/gm, '').replaceAll("'CREATE'", ''))),
    ).toEqual([]);
  });

  it('is not written when it is of a newer version', async () => {
    const database = await createDatabase(version);
    const events = someEvents();
    await ledgerOn(database).feed(...events);
    await database.sql("INSERT INTO indexdeck.migrations VALUES ($1, 'later', '9')", [MIGRATIONS.length + 1]);
    await database.sql('TRUNCATE indexdeck.events');
    const fed = ledgerOn(database);
    fed.add(...events);
    const failure = await poll(() => fed.failures[0]);
    expect(failure.error.message).toContain(
      `its version is ${MIGRATIONS.length + 1}, and this one knows ${MIGRATIONS.length}`,
    );
    expect(failure.advice).toContain('--ledger-schema');
    expect(await fed.ledger.settled(1, 60_000)).toBe(false);
    expect(await kept(database)).toEqual([]);
  });

  it('has its own schema: one that holds something else is left alone, with a table of migrations or without', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE migrations (id int, name text)');
    await database.sql('CREATE TABLE events (run text)');
    const fed = ledgerOn(database, { schema: 'public' });
    fed.add(...someEvents());
    expect(await poll(() => fed.failures[0])).toMatchObject({
      error: { message: 'The schema public holds something else than a ledger.' },
      advice: expect.stringContaining('--ledger-schema'),
    });
    expect(
      await database.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"),
    ).toEqual([{ relname: 'events' }, { relname: 'migrations' }]);
  });

  it.each(['Odd "name"; DROP TABLE victim; --', "it's, a list", '日本', 'select', ' '])(
    'may be called %j',
    async (schema) => {
      const database = await createDatabase(version);
      await database.sql('CREATE TABLE victim ()');
      const fed = ledgerOn(database, { schema });
      const events = someEvents();
      await fed.feed(...events);
      expect(await kept(database, schema)).toEqual(jsonOf(events));
      const schemas = await database.sql(
        "SELECT relname, nspname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relname IN ('events', 'victim') ORDER BY 1",
      );
      expect(schemas).toEqual([
        { relname: 'events', nspname: schema },
        { relname: 'victim', nspname: 'public' },
      ]);
    },
  );

  it('catches up, in order and each event once, after its session was ended again and again', async () => {
    const database = await createDatabase(version);
    const fed = ledgerOn(database);
    const events = someEvents();
    await fed.feed(...events.slice(0, 2));
    for (const event of events.slice(2)) {
      fed.add(event);
      await terminate(database);
    }
    await poll(() => fed.ledger.settled(events.length, 5_000), 20_000);
    expect(await kept(database)).toEqual(jsonOf(events));
    expect(fed.superseded).toEqual([]);
  });

  it('does not send again what was written though its answer was lost', async () => {
    const database = await createDatabase(version);
    const fed = ledgerOn(database);
    const events = someEvents();
    await fed.feed(...events.slice(0, 2));
    // Somebody writes the next ones as this engine would have, without its knowledge.
    for (const event of events.slice(2, 5))
      await database.sql('INSERT INTO indexdeck.events VALUES ($1, $2, $3, $4, $5::json)', [
        RUN,
        event.seq,
        event.at,
        event.type,
        JSON.stringify(event),
      ]);
    await fed.feed(...events.slice(2));
    expect(await kept(database)).toEqual(jsonOf(events));
    expect({ superseded: fed.superseded, failures: fed.failures }).toEqual({ superseded: [], failures: [] });
  });

  it.each([
    ['another event with the number of the next one', 3],
    ['more events than the journal', 4],
  ])('says that the run was taken over: %s', async (_, seq) => {
    const database = await createDatabase(version);
    const fed = ledgerOn(database);
    const events = someEvents();
    await fed.feed(...events.slice(0, 2));
    const insert = "INSERT INTO indexdeck.events VALUES ($1, $2, now(), 'run.paused', '{\"seq\": 3}')";
    for (let n = 3; n <= seq; n++) await database.sql(insert, [RUN, n]);
    fed.add(...events.slice(2, 3));
    expect(await poll(() => fed.superseded[0])).toMatch(/^the ledger has (another )?event \d of this run/);
    expect(await fed.ledger.settled(3, 60_000)).toBe(false);
    fed.add(...events.slice(3));
    expect((await kept(database)).slice(2)).toEqual(Array(seq - 2).fill('{"seq": 3}'));
    expect(fed.failures).toEqual([]);
  });

  it('without rights says so once, with the grant that helps, and goes on when it is there', async () => {
    const database = await createDatabase(version);
    const user = `poor_${database.name}`;
    await database.sql(`CREATE ROLE ${user} LOGIN PASSWORD 'p'`);
    try {
      const fed = ledgerOn(database, { as: { user, password: 'p' } });
      const events = someEvents();
      fed.add(...events.slice(0, 4));
      const { error, advice } = await poll(() => fed.failures[0]);
      expect(error.message).toBe(`${user} may not create the schema indexdeck in the database ${database.name}.`);
      expect(await fed.ledger.settled(4, 60_000)).toBe(false);
      const [grant = ''] = advice.split(', or ');
      expect(grant).toBe(`CREATE SCHEMA indexdeck AUTHORIZATION ${user}`);
      await database.sql(grant);
      await poll(() => fed.restored.length > 0, 40_000);
      await fed.feed(...events.slice(4));
      expect(await kept(database)).toEqual(jsonOf(events));
      expect(fed.failures).toHaveLength(1);
      await fed.ledger.finish(0);
      await fed.kept.stop();
    } finally {
      await database.sql(`DROP OWNED BY ${user}`);
      await database.sql(`DROP ROLE ${user}`);
    }
  });

  it('does not wait for long behind somebody who locks it, and waits for nobody once that is known', async () => {
    const database = await createDatabase(version);
    const fed = ledgerOn(database);
    const events = someEvents();
    await fed.feed(...events.slice(0, 2));
    const other = await database.connect();
    await other.query('BEGIN; LOCK TABLE indexdeck.events');
    fed.add(...events.slice(2));
    const failure = await poll(() => fed.failures[0], 20_000);
    expect(failure.error.sqlstate).toBe('55P03');
    expect(await fed.ledger.settled(events.length, 60_000)).toBe(false);
    await other.query('ROLLBACK');
    await other.end();
    await poll(() => fed.restored.length > 0, 20_000);
    expect(await kept(database)).toEqual(jsonOf(events));
  });

  it('keeps the newest sample alone, and one that cannot be written harms nothing', async () => {
    const database = await createDatabase(version);
    const fed = ledgerOn(database);
    const events = someEvents();
    await fed.feed(...events.slice(0, 2));
    const at = async (): Promise<string[]> =>
      (await database.sql("SELECT sample->>'at' AS at FROM indexdeck.samples")).map((row) => row.at);
    for (const n of [1, 2, 3]) {
      const sample = emptySample(n * 1_000);
      fed.ledger.sampled(sample);
      await poll(async () => (await at()).includes(sample.at));
    }
    expect(await at()).toEqual([emptySample(3_000).at]);
    await database.sql('DROP TABLE indexdeck.samples');
    fed.ledger.sampled(emptySample(4_000));
    await poll(() => fed.log.some((line) => line.startsWith('no sample in the ledger')));
    await fed.feed(...events.slice(2));
    expect(await kept(database)).toEqual(jsonOf(events));
    expect(fed.failures).toEqual([]);
  });

  it('is made and fed in a database whose encoding has not every character', async () => {
    const template = await createDatabase(version);
    const latin = `latin_${template.name}`;
    await template.sql(`CREATE DATABASE ${latin} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`);
    try {
      const database = await createDatabase(version, { template: latin });
      const fed = ledgerOn(database);
      const events = someEvents();
      await fed.feed(...events);
      expect(await ledgerOf(database)).toEqual({ run: RUN, events, lines: jsonOf(events) });
      // What it reads there is known as its own.
      await terminate(database);
      await fed.feed();
      expect(fed.superseded).toEqual([]);
    } finally {
      await template.sql(`DROP DATABASE ${latin}`);
    }
  });

  it('is made anew when somebody drops it under a run', async () => {
    const database = await createDatabase(version);
    const fed = ledgerOn(database);
    const events = someEvents();
    await fed.feed(...events.slice(0, 4));
    await database.sql('DROP SCHEMA indexdeck CASCADE');
    await fed.feed(...events.slice(4));
    expect(await kept(database)).toEqual(jsonOf(events));
  });
});

it('writes nothing before it is begun, and ends at once then', async () => {
  const database = await createDatabase(18);
  const fed = ledgerOn(database);
  await fed.kept.start();
  fed.events.push(...someEvents());
  fed.ledger.sampled(emptySample(0));
  expect(await fed.ledger.settled(1, 60_000)).toBe(false);
  await fed.ledger.finish(60_000);
  expect(await database.sql("SELECT FROM pg_namespace WHERE nspname = 'indexdeck'")).toEqual([]);
});

it('has many events in one statement, and more than fit in one', async () => {
  const database = await createDatabase(18);
  const fed = ledgerOn(database);
  const events = someEvents();
  const at = events.at(-1)?.at ?? '';
  for (let seq = events.length + 1; seq <= 2_000; seq++)
    events.push({ seq, at, run: RUN, type: 'gate.cleared', gate: 'active', value: seq });
  await fed.feed(...events);
  expect(await kept(database)).toEqual(jsonOf(events));
  const feeds = (await database.statementLog()).filter(({ text }) => text.startsWith('-- Adds events of one run'));
  expect(feeds).toHaveLength(4);
});

it('catches up after a restart of the server, though the end is waiting for it', async () => {
  const server = await startServer({ version: 15 });
  const database = await createDatabase(15, { server, mayLeaveSessions: true });
  const fed = ledgerOn(database);
  const events = someEvents();
  await fed.feed(...events.slice(0, 3));
  await server.stop('immediate');
  await poll(() => fed.kept.current === null);
  fed.add(...events.slice(3));
  expect(await fed.ledger.settled(events.length, 60_000)).toBe(false);
  await server.start();
  await fed.ledger.finish(20_000);
  expect(await kept(database)).toEqual(jsonOf(events));
  expect(fed.failures).toEqual([]);
});
