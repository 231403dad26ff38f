import { copyFileSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { manifestPath } from '../../src/engine/backup/index.ts';
import { type RestoreRecord, restoreRecords } from '../../src/engine/restore/index.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { commandLines, testWithPgTools } from '../support/pg-tools.ts';
import { poll } from '../support/poll.ts';
import { folder, indexdeck, line, start } from './program.ts';
import { besides, dumpOf, oidOf, scene } from './restore-scene.ts';

const newest = (journal: string): RestoreRecord => {
  const [record] = restoreRecords(journal);
  if (record === undefined) throw new Error('no restore is on record');
  return record;
};

/** Writes into a table that the archive has, and comes back when its connection is ended. */
const traffic = async (database: TestDatabase) => {
  const { host, port, user, password } = database.server;
  let stopped = false;
  let written = 0;
  let reconnected = 0;
  const work = async (): Promise<void> => {
    const client = new pg.Client({ host, port, user, password, database: database.name, application_name: 'shop' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      while (!stopped) {
        await client.query('UPDATE public.orders SET paid = true WHERE id = 1 + floor(random() * 50)::int');
        written += 1;
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const done = (async () => {
    while (!stopped)
      await work().catch(() => {
        reconnected += 1;
      });
  })();
  await poll(() => written > 5);
  return {
    reconnected: () => reconnected,
    stop: async () => {
      stopped = true;
      await done;
    },
  };
};

/** Harm that a restore has to undo. */
const HARM = `DELETE FROM orders WHERE id > 100; DROP INDEX "Menü ""A"""."Idx trgm"; DROP VIEW unpaid;
  UPDATE parted SET a = 5; SELECT lo_unlink(4711); CREATE INDEX since ON orders (paid); SELECT setval('loose', 900);`;

describe('a restore of everything', () => {
  testWithPgTools(
    'beside, under traffic: equal to the dump before; swapped back: as it was after the harm',
    async () => {
      const there = await scene();
      const { database, journal, env } = there;
      const before = await dumpOf(database);
      const oid = await oidOf(database);
      await database.sql(HARM);
      const harmed = await dumpOf(database);
      const users = await traffic(database);
      const running = start(there.args(), { env });
      await line(running, /^.* swapped: /, 60_000);
      await poll(() => users.reconnected() > 0);
      await users.stop();
      const { status, stdout, stderr } = await running.ended;
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const record = newest(journal);
      expect(record).toMatchObject({ mode: 'beside', state: 'swapped', errors: [], former: { oid: String(oid) } });
      expect(record.verified.map(({ what, ok }) => [what, ok])).toEqual([
        ['errors', true],
        ['rows', true],
        ['objects', true],
        ['indexes', true],
      ]);
      expect(String(await oidOf(database))).toBe(record.restored?.oid);
      // Traffic came back after the swap: its updates alone are undone before comparing.
      await database.sql('UPDATE orders SET paid = false WHERE paid');
      expect(sorted(await dumpOf(database))).toEqual(sorted(before));
      for (const text of [stdout, readFileSync(join(journal, 'restores', `${record.id}.jsonl`), 'utf8')])
        expect(text).not.toContain(database.server.password);
      expect(await besides(database)).toEqual([record.former?.name]);
      const back = await indexdeck(
        ['restore', '--swap-back', record.id, '--journal', journal, '--confirm', database.name],
        { env },
      );
      expect(back).toMatchObject({ status: 0 });
      expect(await oidOf(database)).toBe(oid);
      await database.sql('UPDATE orders SET paid = false WHERE paid');
      expect(sorted(await dumpOf(database))).toEqual(sorted(harmed));
      expect(newest(journal).state).toBe('restored');
    },
  );

  testWithPgTools('in place, in one transaction', async () => {
    const there = await scene();
    const { database, journal } = there;
    const before = await dumpOf(database);
    await database.sql(HARM);
    const { status, stderr } = await there.restore(['--in-place']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(newest(journal)).toMatchObject({ mode: 'in-place', state: 'done' });
    expect(await dumpOf(database)).toBe(before);
    expect(await besides(database)).toEqual([]);
  });

  testWithPgTools('in place with several jobs says that it cannot be undone', async () => {
    const there = await scene();
    const before = await dumpOf(there.database);
    await there.database.sql(HARM);
    const { status, stdout } = await there.restore(['--in-place', '--jobs', '3']);
    expect(status).toBe(0);
    expect(stdout).toContain('It cannot be undone');
    expect(sorted(await dumpOf(there.database))).toEqual(sorted(before));
  });

  testWithPgTools('the history of runs does not go back in time', async () => {
    const there = await scene(`CREATE SCHEMA indexdeck; CREATE TABLE indexdeck.migrations (indexdeck_version text);
      CREATE TABLE indexdeck.events (run text, seq int); INSERT INTO indexdeck.events VALUES ('before', 1);`);
    const more =
      "INSERT INTO indexdeck.events VALUES ('since', 1); CREATE TABLE indexdeck.newer (a int); DELETE FROM orders";
    await there.database.sql(more);
    const runs = () => there.database.sql('SELECT run FROM indexdeck.events ORDER BY run');
    for (const way of [[], ['--in-place']]) {
      const { status, stderr } = await there.restore(way);
      expect({ way, status, stderr }).toEqual({ way, status: 0, stderr: '' });
      expect(await runs()).toEqual([{ run: 'before' }, { run: 'since' }]);
      expect(await there.database.sql('SELECT count(*)::int AS n FROM orders')).toEqual([{ n: 5000 }]);
      expect(await there.database.sql("SELECT to_regclass('indexdeck.newer') IS NOT NULL AS there")).toEqual([
        { there: true },
      ]);
    }
  });

  testWithPgTools('left beside, and swapped in later', async () => {
    const there = await scene();
    const { database, journal, env } = there;
    const oid = await oidOf(database);
    await database.sql(HARM);
    expect(await there.restore(['--no-swap'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('--swap rs-'),
    });
    expect(await oidOf(database)).toBe(oid);
    const { id, restored } = newest(journal);
    const swap = await there.restore(['--swap', id]);
    expect(swap).toMatchObject({ status: 0 });
    expect(String(await oidOf(database))).toBe(restored?.oid);
    const again = await indexdeck(['restore', '--swap', id, '--journal', journal, '--confirm', database.name], { env });
    expect(again).toMatchObject({ status: 3, stderr: expect.stringContaining('already') });
  });
});

/** Lines of a dump, sorted: rows that were updated stand elsewhere in their table. */
const sorted = (text: string): string[] => text.split('\n').sort();

describe('refused before anything changes', () => {
  testWithPgTools(
    'truncated, bit-flipped, foreign, text, gone',
    async () => {
      const there = await scene();
      const { database, path, journal } = there;
      const other = await createDatabase(15, { mayLeaveSessions: true });
      await other.sql('CREATE TABLE t AS SELECT 1 AS a');
      const foreign = join(folder(), 'other.dump');
      await indexdeck(['backup', '--output', foreign, '--journal', journal], { env: other.environment });
      const copy = (name: string, record: boolean): string => {
        const to = join(folder(), name);
        copyFileSync(path, to);
        if (record) copyFileSync(manifestPath(path), manifestPath(to));
        return to;
      };
      const flip = (file: string): string => {
        const bytes = readFileSync(file);
        const at = Math.floor(bytes.length * 0.9);
        const fd = openSync(file, 'r+');
        writeSync(fd, Buffer.from([(bytes[at] ?? 0) ^ 0x10]), 0, 1, at);
        return file;
      };
      const cut = (file: string): string => {
        truncateSync(file, Math.floor(readFileSync(file).length * 0.7));
        return file;
      };
      const text = join(folder(), 'text.dump');
      writeFileSync(text, '--\n-- PostgreSQL database dump\n--\n');
      const bad: [string, RegExp][] = [
        [cut(copy('cut', true)), /not as it was written/],
        [cut(copy('cut-foreign', false)), /cannot be restored/],
        [flip(copy('flipped', true)), /not as it was written/],
        [flip(copy('flipped-foreign', false)), /cannot be restored/],
        [foreign, /is of the database/],
        [text, /text format dump|does not appear/],
      ];
      const oid = await oidOf(database);
      const before = await dumpOf(database);
      for (const [file, why] of bad)
        for (const way of [[], ['--in-place']]) {
          const { status, stderr, stdout } = await there.restore(['--backup', file, ...way]);
          expect({ file, status, said: `${stdout}${stderr}` }).toEqual({
            file,
            status: 3,
            said: expect.stringMatching(why),
          });
        }
      expect(await oidOf(database)).toBe(oid);
      expect(await dumpOf(database)).toBe(before);
      expect(await besides(database)).toEqual([]);
      expect(restoreRecords(journal)).toEqual([]);
    },
    120_000,
  );

  testWithPgTools('another indexdeck at work, a prepared transaction', async () => {
    const there = await scene();
    const client = await there.database.connect({ application_name: 'indexdeck lock run-1' });
    await client.query('SELECT pg_advisory_lock(1768842360, 1)');
    expect(await there.restore()).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/at work.*indexdeck abort/),
    });
    await client.query('SELECT pg_advisory_unlock_all()');
    await client.query("BEGIN; CREATE TABLE p (); PREPARE TRANSACTION 'pt'");
    expect(await there.restore()).toMatchObject({ status: 3, stderr: expect.stringContaining('prepared transaction') });
    await client.query("ROLLBACK PREPARED 'pt'");
    await client.end();
  });

  testWithPgTools('a role that may not', async () => {
    const there = await scene();
    await there.database.sql(`CREATE ROLE weak_${there.database.name} LOGIN PASSWORD 'w'`);
    const env = { ...there.env, PGUSER: `weak_${there.database.name}`, PGPASSWORD: 'w' };
    await there.database.sql(`GRANT pg_read_all_data TO weak_${there.database.name}`);
    expect(await indexdeck(there.args(), { env })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('may not create databases'),
    });
    expect(await indexdeck(there.args(['--in-place']), { env })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('of other owners'),
    });
    await there.database.sql(`DROP OWNED BY weak_${there.database.name}; DROP ROLE weak_${there.database.name}`);
  });

  test('without the name: --yes is not enough, a wrong name is none, and what does not go together', async () => {
    const database = await createDatabase(15);
    const env = database.environment;
    const run = (...args: string[]) => indexdeck(['restore', '--backup', 'x', ...args], { env });
    expect(await run('--yes')).toMatchObject({ status: 2, stderr: expect.stringContaining('--confirm DBNAME') });
    expect(await run('--confirm', 'other')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('but the database is'),
    });
    expect(await run('--confirm', database.name)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is no file'),
    });
    expect(await run('--swap', 'rs-1', '--confirm', database.name)).toMatchObject({ status: 2 });
    expect(await run('--in-place', '--no-swap', '--confirm', database.name)).toMatchObject({ status: 2 });
    expect(await run('--restore-command', 'a | b', '--confirm', database.name)).toMatchObject({ status: 2 });
  });
});

/** In the middle for as long as the test wants: somebody holds what the restore needs. */
const toolOf = (id: RegExp) =>
  poll(
    () =>
      [...commandLines()].find(([, text]) => /pg_restore/.test(text) && /--use-list/.test(text) && id.test(text))?.[0],
  );

/** A table that takes its time to be restored, and none otherwise: 20 ms a row. */
const slow = (rows: number): string => `
  CREATE FUNCTION public.slow() RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN
    IF current_setting('application_name') LIKE 'indexdeck restore%' THEN PERFORM pg_sleep(0.02); END IF; RETURN true;
  END $f$;
  CREATE TABLE slow (a int CHECK (public.slow())); INSERT INTO slow SELECT n FROM generate_series(1, ${rows}) n;`;

describe('errors of pg_restore', () => {
  testWithPgTools('a role that is missing: not swapped in, unless owners and rights are left out', async () => {
    const role = `gone_${Date.now()}`;
    const there = await scene(`CREATE ROLE ${role}; CREATE TABLE theirs (a int); ALTER TABLE theirs OWNER TO ${role};
      GRANT SELECT ON parted TO ${role};`);
    const { database, journal } = there;
    await database.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    const oid = await oidOf(database);
    const { status, stdout } = await there.restore();
    expect({ status, stdout }).toEqual({ status: 1, stdout: expect.stringMatching(/not swapped in.*--swap rs-/) });
    expect(await oidOf(database)).toBe(oid);
    const { errors, state, restored } = newest(journal);
    expect(state).toBe('unproven');
    expect(new Set(errors.map(({ kind }) => kind))).toEqual(new Set(['ownership']));
    expect(await besides(database)).toEqual([restored?.name]);
    expect(await there.restore(['--in-place'])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/rolled back.*is as it was/),
    });
    const without = await there.restore(['--no-owner', '--no-privileges']);
    expect(newest(journal).errors).toEqual([]);
    expect(without).toMatchObject({ status: 0 });
  });

  testWithPgTools('rows that cannot be copied are a loss', async () => {
    // A check that looks into another table holds in the database, and not while pg_restore fills it.
    const there = await scene(`CREATE TABLE allowed (a int); INSERT INTO allowed VALUES (1);
      CREATE FUNCTION is_allowed(a int) RETURNS boolean LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM allowed WHERE allowed.a = $1)';
      CREATE TABLE checked (a int CHECK (is_allowed(a))); INSERT INTO checked VALUES (1);`);
    const oid = await oidOf(there.database);
    expect(await there.restore()).toMatchObject({ status: 1 });
    const { errors, verified } = newest(there.journal);
    expect(errors).toEqual([
      expect.objectContaining({ kind: 'loss', message: expect.stringContaining('COPY failed for table "checked"') }),
    ]);
    expect(verified).toContainEqual(
      expect.objectContaining({ what: 'rows', ok: false, found: expect.stringContaining('public.checked has 0') }),
    );
    expect(await oidOf(there.database)).toBe(oid);
  });

  testWithPgTools('a connection that is ended is fatal, and nothing is left', async () => {
    const there = await scene(slow(500));
    const { database, env, journal } = there;
    const running = start(there.args(['--jobs', '1']), { env });
    await poll(async () => {
      const rows = await database.sql(
        `SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity
         WHERE application_name LIKE 'indexdeck restore rs-%' AND query LIKE 'COPY%' AND starts_with(datname, $1)`,
        [`${database.name}_`],
      );
      return rows.length > 0;
    });
    const { status, stderr } = await running.ended;
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('nothing of it is left') });
    expect(newest(journal).errors.map(({ kind }) => kind)).toContain('fatal');
    expect(await besides(database)).toEqual([]);
  });
});

describe('cut short', () => {
  testWithPgTools.each([['SIGTERM'], ['SIGKILL of pg_restore']])('in place, by %s: all is rolled back', async (how) => {
    const there = await scene();
    const { database, env, path } = there;
    await database.sql(HARM);
    const before = await dumpOf(database);
    const blocker = await database.connect({ application_name: 'blocker' });
    await blocker.query('BEGIN; LOCK TABLE parted_1 IN ACCESS SHARE MODE');
    const running = start(there.args(['--in-place']), { env });
    await line(running, /waits on pid \d+ \(blocker/);
    const pid = await toolOf(new RegExp(path));
    expect([...commandLines().values()].filter((text) => text.includes(database.server.password))).toEqual([]);
    if (how === 'SIGTERM') running.child.kill('SIGTERM');
    else process.kill(pid, 'SIGKILL');
    const { status, stderr } = await running.ended;
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect({ status, stderr }).toEqual({
      status: how === 'SIGTERM' ? 4 : 1,
      stderr: expect.stringMatching(/rolled back: .* is as it was/),
    });
    expect(await dumpOf(database)).toBe(before);
  });

  testWithPgTools('beside, by SIGTERM while it loads, and by pg_restore’s end: nothing is left', async () => {
    const there = await scene(slow(500));
    const { database, env, path, journal } = there;
    const oid = await oidOf(database);
    for (const how of ['SIGTERM', 'SIGKILL'] as const) {
      const running = start(there.args(), { env });
      const pid = await toolOf(new RegExp(path));
      if (how === 'SIGTERM') running.child.kill(how);
      else process.kill(pid, how);
      const { status, stderr } = await running.ended;
      expect({ how, status, stderr }).toEqual({
        how,
        status: how === 'SIGTERM' ? 4 : 1,
        stderr: expect.stringMatching(/is as it was, and nothing of it is left/),
      });
      expect(await oidOf(database)).toBe(oid);
      expect(await besides(database)).toEqual([]);
      expect(newest(journal).state).toBe(how === 'SIGTERM' ? 'cancelled' : 'failed');
    }
  });

  testWithPgTools(
    'we are killed at any moment: the database in use is whole, and the next restore clears away',
    async () => {
      const there = await scene(slow(100));
      const { database, env, journal } = there;
      const before = await dumpOf(database);
      for (let at = 0; at < 5; at++) {
        const running = start(there.args(), { env });
        const wanted = 6 + Math.floor(Math.random() * 20);
        await poll(() => running.lines.length >= wanted || running.child.exitCode !== null, 90_000);
        running.child.kill('SIGKILL');
        await running.ended;
        expect(sorted(await dumpOf(database))).toEqual(sorted(before));
      }
      // A database of somebody else, whatever its name, stays.
      const foreign = `${database.name}_restore_mine`;
      await database.sql(`CREATE DATABASE ${foreign}`);
      const { status, stderr } = await there.restore();
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const known = restoreRecords(journal).flatMap(({ former, restored }) => [former?.name, restored?.name]);
      const left = (await besides(database)).filter((name) => /_restore_/.test(name) && !/_before_restore_/.test(name));
      // One that was proven, and killed before its names were swapped, may be swapped in later.
      const proven = restoreRecords(journal).flatMap(({ state, restored }) =>
        state === 'restored' ? [restored?.name] : [],
      );
      expect(left.filter((name) => name !== foreign && !proven.includes(name))).toEqual([]);
      expect(left).toContain(foreign);
      expect(known).not.toContain(foreign);
    },
    300_000,
  );
});

describe('a killed restore that the server still works for', () => {
  /** Killed while its database is being made, and a backend in the place of the one that has not noticed it yet. */
  const killedMaking = async () => {
    const there = await scene();
    const { database, env, journal } = there;
    // CREATE DATABASE shares its template with others, but not with this.
    const lock = await database.connect({ application_name: 'template-holder' });
    await lock.query(`BEGIN; COMMENT ON DATABASE template0 IS 'held'`);
    const making = () =>
      database.sql<{ pid: number; query: string }>(
        `SELECT pid, query FROM pg_stat_activity WHERE query ILIKE 'create database%' AND starts_with(application_name, 'indexdeck restore')
         AND wait_event_type = 'Lock' AND strpos(query, $1) > 0`,
        [database.name],
      );
    const running = start(there.args(), { env });
    const { query } = await poll(async () => (await making())[0], 30_000);
    running.child.kill('SIGKILL');
    await running.ended;
    await poll(async () => (await making()).length === 0);
    const { id, state, restored } = newest(journal);
    expect({ state, restored }).toEqual({ state: 'begun', restored: { name: expect.any(String), oid: null } });
    const { host, port, user, password } = database.server;
    const at = { host, port, user, password, database: 'postgres', application_name: `indexdeck restore ${id}` };
    const maker = new pg.Client(at);
    maker.on('error', () => undefined);
    await maker.connect();
    const made = maker.query(query).then(
      () => 'made',
      (error: Error) => error.message,
    );
    await poll(async () => (await making()).length === 1);
    const release = async (): Promise<void> => {
      await lock.query('ROLLBACK');
      await lock.end();
    };
    return { there, id, name: restored?.name ?? '', made, release };
  };

  testWithPgTools('is named before, and ended and cleared away by the next one', async () => {
    const { there, id, name, made, release } = await killedMaking();
    const running = start(there.args(), { env: there.env });
    await line(running, new RegExp(`${name} \\(still being made\\) was left by the restore ${id}`));
    await line(running, new RegExp(`ended pid \\d+, which still worked for ${id}`));
    expect(await made).toMatch(/terminating connection/);
    await release();
    expect(await running.ended).toMatchObject({ status: 0, stderr: '' });
    expect(await besides(there.database)).not.toContain(name);
  });

  testWithPgTools('and dropped when it was made in the meantime', async () => {
    const { there, id, name, made, release } = await killedMaking();
    await release();
    expect(await made).toBe('made');
    const { status, stdout } = await there.restore();
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(new RegExp(`dropped ${name} \\(oid \\d+\\), left by ${id}`)),
    });
    expect(await besides(there.database)).not.toContain(name);
  });
});

describe('the provider’s own command', () => {
  testWithPgTools('is filled in, run and recorded; without a record nothing is called verified', async () => {
    const there = await scene();
    const { database, journal, env, path } = there;
    const script = join(folder(), 'provider.mjs');
    writeFileSync(
      script,
      'console.log(JSON.stringify(process.argv.slice(2)), process.env.PGPASSWORD ?? "none"); process.exit(Number(process.argv[3] ?? 0))',
    );
    const command = (more: string) => `${process.execPath} ${script} {id} ${more}`;
    const run = (id: string, text: string) =>
      indexdeck(
        ['restore', '--journal', journal, '--confirm', database.name, '--backup', id, '--restore-command', text],
        { env },
      );
    const unknown = await run("it's; $X", command('0 {database}'));
    expect(unknown).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(`["it's; $X","0","${database.name}"] none`),
    });
    expect(unknown.stdout).toContain('nothing is on record');
    expect(newest(journal)).toMatchObject({
      mode: 'provider',
      state: 'unproven',
      command: expect.arrayContaining(["it's; $X"]),
    });
    const known = await run(path, command('0'));
    expect(known).toMatchObject({ status: 0, stdout: expect.stringContaining('equal to the backup') });
    expect(await run('x', command('3'))).toMatchObject({ status: 5, stderr: expect.stringContaining('status 3') });
    expect(await run('x', '/nowhere/at/all {id}')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('could not be started'),
    });
  });
});
