import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BackupRecord, manifestPath, readRecord } from '../../src/engine/backup/index.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { holdLock } from '../support/locks.ts';
import { commandLines, pgTool, testWithPgTools } from '../support/pg-tools.ts';
import { poll } from '../support/poll.ts';
import { file, folder, indexdeck, type Running, start } from './program.ts';

const TABLES = `
  CREATE TABLE left_side AS SELECT n AS id, repeat('x', 50) AS text FROM generate_series(1, 5000) n;
  CREATE TABLE right_side AS SELECT n AS id, E'a\\n\\\\.\\n' || n AS text FROM generate_series(1, 5000) n;
  CREATE TABLE empty (a int);
  CREATE SCHEMA "Other ""one""";
  CREATE TABLE "Other ""one"""."Odd.table" (a int); INSERT INTO "Other ""one"""."Odd.table" VALUES (1), (2);
  CREATE TABLE parted (a int) PARTITION BY RANGE (a);
  CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
  INSERT INTO parted VALUES (1), (2), (3);
  CREATE MATERIALIZED VIEW mat AS SELECT * FROM left_side;`;

interface Place {
  database: TestDatabase;
  dir: string;
  path: string;
  journal: string;
  args: string[];
  env: Record<string, string>;
}

const place = async (version: 15 | 18 = 15): Promise<Place> => {
  const database = await createDatabase(version, { mayLeaveSessions: true });
  await database.sql(TABLES);
  const dir = folder();
  const [path, journal] = [join(dir, 'shop.dump'), join(folder(), 'journal')];
  const args = ['backup', '--output', path, '--journal', journal];
  return { database, dir, path, journal, args, env: database.environment };
};

const record = (path: string): BackupRecord => {
  const found = readRecord(manifestPath(path));
  if (found === null) throw new Error('no manifest');
  return found;
};

const rowsOf = ({ rows }: BackupRecord, table: string): number | undefined =>
  rows.find((each) => each.table === table)?.rows;

/** Inserts a row on both sides in one transaction, again and again: at any instant both have as many. */
const traffic = async (database: TestDatabase) => {
  const client = await database.connect();
  let stopped = false;
  let written = 0;
  const done = (async () => {
    while (!stopped) {
      await client.query('BEGIN; INSERT INTO left_side VALUES (0); INSERT INTO right_side VALUES (0); COMMIT');
      written += 1;
    }
    await client.end();
  })();
  await poll(() => written > 10);
  return async () => {
    stopped = true;
    await done;
    return written;
  };
};

describe('a whole backup under traffic', () => {
  testWithPgTools.each([
    ['custom', []],
    ['directory', ['--jobs', '2']],
  ])('format %s: counts, dump and archive are of one instant', async (format, more) => {
    const { database, dir, path, journal, args, env } = await place();
    const stop = await traffic(database);
    const { status, stdout, stderr } = await indexdeck([...args, '--format', format, ...more], { env });
    const written = await stop();
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('CREATE INDEX CONCURRENTLY') });
    const said = record(path);
    expect(said).toMatchObject({
      format,
      readBack: true,
      tablesNotCounted: 0,
      schemas: [],
      server: { version: expect.stringMatching(/^15/) },
    });
    expect(said.label).toMatch(/^production-pre-optimization-\d{8}-\d{6}$/);
    expect(said.server.systemIdentifier).toMatch(/^\d+$/);
    expect(rowsOf(said, 'left_side')).toBe(rowsOf(said, 'right_side'));
    expect(rowsOf(said, 'left_side')).toBeGreaterThan(5010);
    expect(rowsOf(said, 'left_side')).toBeLessThanOrEqual(5000 + written);
    expect([rowsOf(said, 'empty'), rowsOf(said, 'Odd.table'), rowsOf(said, 'parted_1')]).toEqual([0, 2, 3]);
    expect(said.rows.map(({ table }) => table)).not.toContain('mat');
    // The proof that counts: what comes out of it again.
    const copy = await createDatabase(15);
    await pgTool('pg_restore', ['--dbname', copy.name, path], copy.environment);
    const [restored] = await copy.sql(
      'SELECT (SELECT count(*) FROM left_side)::int AS l, (SELECT count(*) FROM right_side)::int AS r',
    );
    expect(restored).toEqual({ l: rowsOf(said, 'left_side'), r: rowsOf(said, 'right_side') });
    expect(readdirSync(dir).sort()).toEqual(['shop.dump', 'shop.dump.indexdeck.json']);
    expect(readRecord(join(journal, 'backups', `${said.id}.json`))).toEqual(said);
    expect(statSync(manifestPath(path)).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o077).toBe(0);
    if (format === 'custom') expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(said.sha256);
    for (const text of [stdout, stderr, JSON.stringify(said)]) expect(text).not.toContain(database.server.password);
    expect(stdout).toMatch(new RegExp(`To deploy with it: --backup ${said.id}`));
  });

  testWithPgTools('JSON events, a plan, a schema and a label', async () => {
    const { path, args, env } = await place();
    const plan = file(
      'plan.sql',
      'CREATE INDEX CONCURRENTLY i ON left_side (id);\nCREATE INDEX CONCURRENTLY j ON parted_1 (a);',
    );
    const more = ['--plan', plan, '--schema', 'public', '--label', 'before-42', '--ui', 'json'];
    const { status, stdout } = await indexdeck([...args, ...more], { env });
    expect(status).toBe(0);
    const events = stdout.split('\n').map((each) => JSON.parse(each));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_each, at) => at + 1));
    expect(events[0]).toMatchObject({ type: 'backup.started', label: 'before-42', schemas: ['public'] });
    const dumped = events.filter(({ type }) => type === 'table.dumping').map(({ table }) => table);
    expect(dumped.sort()).toEqual(['public.empty', 'public.left_side', 'public.parted_1', 'public.right_side']);
    expect(events.at(-1)).toMatchObject({
      type: 'backup.finished',
      record: { label: 'before-42', tablesNotCounted: 2 },
    });
    expect(
      record(path)
        .rows.map(({ table }) => table)
        .sort(),
    ).toEqual(['left_side', 'parted_1']);
  });
});

/** A backup that waits for a table's lock: in the middle, for as long as the test wants. */
const waiting = async (): Promise<
  Place & { running: Running; release(): Promise<void>; pgDump(): Promise<number> }
> => {
  const there = await place();
  const scene = await holdLock(there.database, 'left_side');
  const running = start(there.args, { env: there.env });
  const pgDump = () =>
    poll(() => [...commandLines()].find(([, text]) => text.includes(`--file=${there.path}.partial`))?.[0]);
  await pgDump();
  await poll(async () => {
    const [row] = await there.database.sql(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'indexdeck backup %'`,
    );
    return row.n > 0;
  });
  return { ...there, running, release: () => scene.release(), pgDump };
};

const noSessions = (database: TestDatabase) =>
  poll(async () => {
    const [row] = await database.sql(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'indexdeck backup %'
       AND datname = current_database()`,
    );
    return row.n === 0;
  });

describe('cut short', () => {
  testWithPgTools.each(['SIGTERM', 'SIGINT'] as const)('%s: status 4, and nothing is left', async (signal) => {
    const { database, dir, running, release } = await waiting();
    const lines = commandLines();
    expect([...lines.values()].filter((text) => text.includes(database.server.password))).toEqual([]);
    running.child.kill(signal);
    const { status, stderr } = await running.ended;
    expect(status).toBe(4);
    expect(stderr).toContain('the backup was cancelled; nothing of it is left');
    expect(readdirSync(dir)).toEqual([]);
    await noSessions(database);
    await release();
  });

  testWithPgTools('pg_dump is killed: status 1, and nothing is left', async () => {
    const { database, dir, running, release, pgDump } = await waiting();
    process.kill(await pgDump(), 'SIGKILL');
    const { status, stderr } = await running.ended;
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('pg_dump was ended by SIGKILL') });
    expect(readdirSync(dir)).toEqual([]);
    await release();
    await noSessions(database);
  });

  testWithPgTools('we are killed: what is left does not look whole, and pg_dump does not go on', async () => {
    const { database, dir, path, args, env, running, release, pgDump } = await waiting();
    const pid = await pgDump();
    running.child.kill('SIGKILL');
    await running.ended;
    await release();
    await poll(() => !commandLines().get(pid)?.includes(path));
    await noSessions(database);
    expect(readdirSync(dir)).toEqual(['shop.dump.partial']);
    const again = await indexdeck(args, { env });
    expect(again).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/shop\.dump\.partial is there.*remove it/),
    });
  });

  testWithPgTools('at any moment: it is whole, or it is not there', async () => {
    const { database, dir, path, args, env } = await place();
    await database.sql(
      "DO $$ BEGIN FOR i IN 1..40 LOOP EXECUTE format('CREATE TABLE many_%s AS SELECT n FROM generate_series(1, 2000) n', i); END LOOP; END $$",
    );
    for (let at = 0; at < 4; at++) {
      const running = start(args, { env });
      const wanted = 1 + Math.floor(Math.random() * 8);
      await poll(() => running.lines.length >= wanted || running.child.exitCode !== null);
      running.child.kill('SIGTERM');
      const { status } = await running.ended;
      if (status === 0) {
        expect(existsSync(path) && record(path).readBack).toBe(true);
        break;
      }
      expect({ status, left: readdirSync(dir) }).toEqual({ status: 4, left: [] });
    }
  });
});

describe('refused before anything starts', () => {
  test('a server newer than every pg_dump: both versions are named, and what to do', async () => {
    const { dir, args, env } = await place(18);
    const bin = join(folder(), 'bin');
    mkdirSync(bin);
    for (const tool of ['pg_dump', 'pg_restore']) {
      writeFileSync(join(bin, tool), `#!/bin/sh\necho "${tool} (PostgreSQL) 15.18"\n`);
      chmodSync(join(bin, tool), 0o755);
    }
    const { status, stdout, stderr } = await indexdeck([...args, '--bin-dir', bin], { env });
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(
      /the server is PostgreSQL 18\.\d+, and pg_dump here is older: 15\.18 in .*postgresql-client-18/,
    );
    expect(readdirSync(dir)).toEqual([]);
  });

  test('no pg_dump at all', async () => {
    const { args, env } = await place();
    const { status, stderr } = await indexdeck([...args, '--bin-dir', folder()], { env });
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringMatching(/pg_dump was not found.*--bin-dir/),
    });
  });

  testWithPgTools('a path that is taken, a folder that is not there, a plan of another database', async () => {
    const { path, args, env, journal } = await place();
    writeFileSync(path, 'mine');
    expect(await indexdeck(args, { env })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('is there already'),
    });
    expect(readFileSync(path, 'utf8')).toBe('mine');
    const elsewhere = ['backup', '--journal', journal, '--output', join(folder(), 'no', 'such')];
    expect(await indexdeck(elsewhere, { env })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('there is no directory'),
    });
    const plan = file('plan.sql', 'CREATE INDEX CONCURRENTLY i ON nowhere (id);');
    const other = [...elsewhere.slice(0, -1), join(folder(), 'x'), '--plan', plan];
    expect(await indexdeck(other, { env })).toMatchObject({ status: 3, stderr: expect.stringContaining('nowhere') });
  });

  test('several jobs for one file', async () => {
    const { args, env } = await place();
    expect(await indexdeck([...args, '--jobs', '2'], { env })).toMatchObject({ status: 2 });
  });
});
