import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folder, indexdeck } from '../../cli/program.ts';
import { hostilePlans } from '../../plan/hostile.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { invalidIndexes, startRun, type TestRun } from '../../support/run.ts';
import { accountFor, foreignAmong, type Sent } from '../../support/sent.ts';
import { type ServerVersion, versions } from '../../support/server.ts';

const refused = hostilePlans.filter(({ expect }) => expect.refused);
const accepted = hostilePlans.filter(({ expect }) => !expect.refused);

/** Stands where a server would, and counts who comes. */
const listener = async (): Promise<{ environment: Record<string, string>; connections(): number }> => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  return {
    environment: { PGHOST: '127.0.0.1', PGPORT: port, PGUSER: 'postgres', PGDATABASE: 'menuca', PGPASSWORD: 'p' },
    connections: () => connections,
  };
};

/** The program on a file of these bytes. */
const deployed = async (bytes: Uint8Array) => {
  const place = await listener();
  const directory = folder();
  writeFileSync(join(directory, 'plan.sql'), bytes);
  const args = ['deploy', join(directory, 'plan.sql'), '--yes', '--journal', join(directory, 'runs')];
  const ended = await indexdeck(args, { env: place.environment });
  return { ...ended, connections: place.connections() };
};

describe('a plan that is refused', () => {
  it.each(refused)('does not even make the program connect: $name', async ({ bytes }) => {
    const { status, connections, stderr } = await deployed(bytes);
    expect(stderr).toMatch(/^indexdeck: the plan has \d+ problems?; nothing was sent:\n {2}.*plan\.sql:\d+:\d+: /);
    expect({ status, connections }).toEqual({ status: 2, connections: 0 });
  });

  it('while one that is accepted does', async () => {
    const { connections } = await deployed(accepted[0]?.bytes ?? Buffer.of());
    expect(connections).toBeGreaterThan(0);
  });
});

const made = async (version: ServerVersion): Promise<TestDatabase> => {
  const database = await createDatabase(version);
  await database.sql(`
    CREATE TABLE hostile (a int, b text);
    INSERT INTO hostile SELECT n, 'row ' || n % 90 FROM generate_series(1, 100) n;
    CREATE TABLE victim (a int PRIMARY KEY, b text NOT NULL);
    INSERT INTO victim SELECT n, 'row ' || n FROM generate_series(1, 100) n;`);
  return database;
};

const expectUnharmed = async (database: TestDatabase): Promise<void> => {
  expect(
    await database.sql(`SELECT count(*)::int AS n, sum(a)::int AS sum, min(b) AS least, max(b) AS most FROM victim`),
  ).toEqual([{ n: 100, sum: 5050, least: 'row 1', most: 'row 99' }]);
  const relations =
    "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
  const names = (await database.sql<{ name: string }>(`${relations} ORDER BY 1`)).map(({ name }) => name);
  expect(names.filter((name) => !name.startsWith('"'))).toEqual(['hostile', 'victim']);
};

/** Everything that the server received from the run, all of it accounted for. */
const sentBy = async (run: TestRun, database: TestDatabase): Promise<Sent[]> => {
  const sent = accountFor(await database.log(), run.events());
  expect(foreignAmong(sent)).toEqual([]);
  // What is begun was recorded before, and no more often.
  const count = (what: string) => sent.filter((each) => each.what === what && !each.again).length;
  expect(count('build')).toBe(run.of('build.started').length);
  expect(count('drop')).toBe(run.of('drop.started').length);
  return sent;
};

const texts = (sent: readonly Sent[], what: string): string[] =>
  sent.flatMap((each) => (each.what === what && !each.again ? [each.text] : []));

/** Names that end every quote but the right one. */
const index = '"i\'; DROP TABLE victim; --"';
const other = '"j""; DROP TABLE victim; --"';
const table = '"""; DROP TABLE victim; --"';

describe.each(versions)('a plan that is accepted, on PostgreSQL %i', (version) => {
  it.each(accepted)('sends its statements and nothing else: $name', async ({ bytes, expect: expected }) => {
    const database = await made(version);
    const run = await startRun(database, Buffer.from(bytes).toString('utf8'));
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 0 });
    const sent = await sentBy(run, database);
    const builds = expected.refused ? [] : expected.statements.filter((statement) => statement.startsWith('CREATE'));
    const selects = expected.refused ? [] : expected.statements.filter((statement) => statement.startsWith('SELECT'));
    expect(texts(sent, 'build')).toEqual(builds);
    expect(texts(sent, 'validation')).toHaveLength(2 * selects.length);
    await expectUnharmed(database);
  });

  it('with every kind of statement, and names that are statements themselves', async () => {
    const database = await made(version);
    await database.sql(`CREATE TABLE ${table} (a int, "c'; DROP TABLE victim; --" text)`);
    const run = await startRun(
      database,
      `BEGIN; SET work_mem = '5MB'; SET search_path = public, "s'; DROP TABLE victim; --";
       CREATE INDEX CONCURRENTLY ${index} ON hostile (a) WHERE b <> '; DROP TABLE victim; --';
       CREATE INDEX ON ${table} ("c'; DROP TABLE victim; --", (a + 1)); COMMIT;
       ANALYZE ${table}; COMMENT ON INDEX ${index} IS '''; DROP TABLE victim; --';
       SELECT a AS "a'; DROP TABLE victim; --", b FROM hostile -- the end
       ; SELECT FROM hostile; SELECT 1 AS one -- ) AS answer; DROP TABLE victim;
       ; EXPLAIN (COSTS off) SELECT * FROM ${table};`,
      { plan: { makeConcurrent: true }, options: { settings: { max_parallel_maintenance_workers: '0' } } },
    );
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 0 });
    const sent = await sentBy(run, database);
    expect(texts(sent, 'build')).toHaveLength(2);
    expect(texts(sent, 'analyze')).toHaveLength(1);
    expect(texts(sent, 'comment')).toHaveLength(1);
    expect(texts(sent, 'validation')).toHaveLength(7);
    await expectUnharmed(database);
  });

  it('and drops what it left itself, under a name that is a statement', async () => {
    const database = await made(version);
    const run = await startRun(database, `CREATE UNIQUE INDEX CONCURRENTLY ${other} ON hostile (b);`, {
      options: { onError: 'skip', uniqueCheck: { upTo: 0, asked: true, examples: false } },
    });
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 1 });
    const sent = await sentBy(run, database);
    expect(texts(sent, 'drop')).toEqual([`DROP INDEX CONCURRENTLY public.${other}`]);
    expect(await invalidIndexes(database)).toEqual([]);
    await expectUnharmed(database);
  });

  it('a query that calls a function of the database that may delete is not sent', async () => {
    const database = await made(version);
    await database.sql(`CREATE FUNCTION report() RETURNS int LANGUAGE sql AS 'DELETE FROM victim; SELECT 1'`);
    const run = await startRun(
      database,
      'CREATE INDEX CONCURRENTLY idx_hostile ON hostile (a); SELECT report(); EXPLAIN ANALYZE SELECT report();',
    );
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 1 });
    expect(run.of('validation.finished').map(({ ok }) => ok)).toEqual([false, false]);
    expect(texts(await sentBy(run, database), 'validation')).toEqual([]);
    await expectUnharmed(database);
  });

  it('what somebody else sends under the name of a session of ours is found', async () => {
    const database = await made(version);
    const plan = 'CREATE INDEX CONCURRENTLY idx_hostile ON hostile (a); SELECT 1;';
    const run = await startRun(database, plan);
    await run.go();
    await run.end();
    await sentBy(run, database);
    const { run: id } = run.state();
    const as = async (application_name: string, text: string, values?: unknown[]): Promise<void> => {
      const client = await database.connect({ application_name });
      await client.query(text, values).catch(() => undefined);
      await client.end();
    };
    const build = 'CREATE INDEX CONCURRENTLY idx_hostile ON hostile (a)';
    const foreign: [string, string, unknown[]?][] = [
      [`indexdeck builder1 ${id}`, 'DROP TABLE IF EXISTS nobody'],
      [`indexdeck builder1 ${id}`, `${build}; DROP TABLE IF EXISTS nobody`],
      [`indexdeck builder1 ${id}`, 'DROP INDEX CONCURRENTLY public.idx_hostile'],
      [`indexdeck builder1 ${id}`, 'BEGIN'],
      [`indexdeck builder1 ${id}`, 'DROP TABLE what cannot be parsed'],
      [`indexdeck inspect ${id}`, 'SELECT $1::int', [1]],
      // A build on a session that builds nothing, in another run, or under no known name.
      [`indexdeck monitor ${id}`, build],
      [`indexdeck builder1 ${id.replace(/^./, 'x')}`, build],
      ['psql', build],
      [`indexdeck validate ${id}`, 'SELECT 1'],
    ];
    for (const each of foreign) await as(...each);
    const found = foreignAmong(accountFor(await database.log(), run.events()));
    const seen = found.filter(({ again }) => !again).map(({ application, text }) => [application, text]);
    const parsed = foreign.filter(([, text]) => !text.includes('cannot be parsed'));
    expect(seen).toEqual(parsed.map(([application, text]) => [application, text]));
    expect(found.filter(({ again }) => again).map(({ text }) => text)).toContain('DROP TABLE what cannot be parsed');
  });
});
