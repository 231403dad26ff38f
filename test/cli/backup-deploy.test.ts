import { copyFileSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manifestPath, readRecord } from '../../src/engine/backup/index.ts';
import { holdLock } from '../support/locks.ts';
import { pgTool, testWithPgTools } from '../support/pg-tools.ts';
import { poll } from '../support/poll.ts';
import { BUILT, indexes, type Place, place } from './place.ts';
import { folder, indexdeck, line, start } from './program.ts';

/** A database with a plan and a proven backup. */
const backedUp = async (): Promise<Place & { archive: string; id: string }> => {
  const there = await place(15);
  const archive = join(folder(), 'shop.dump');
  const { status, stderr } = await indexdeck(['backup', '--output', archive, '--journal', there.journal], there);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return { ...there, archive, id: readRecord(manifestPath(archive))?.id ?? '' };
};

const started = (journal: string) => {
  const run = readdirSync(journal).find((name) => /^\d{8}-/.test(name)) ?? '';
  return JSON.parse(readFileSync(join(journal, run, 'journal.jsonl'), 'utf8').split('\n')[0] ?? '');
};

/** Flips one bit in the rows' part of an archive, which its list does not show. */
const flipBit = (path: string): void => {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length * 0.9);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
};

describe('a good backup', () => {
  testWithPgTools('by ID, in production: the run records what was proven, and builds', async () => {
    const { database, journal, args, env, archive, id } = await backedUp();
    const more = ['--environment', 'production', '--confirm', database.name, '--backup', id];
    const { status, stdout } = await indexdeck([...args, ...more], { env });
    expect(status).toBe(0);
    expect(stdout).toContain(`backup ${id}`);
    expect(await indexes(database)).toEqual(BUILT);
    const record = readRecord(manifestPath(archive));
    expect(started(journal).options.backup).toMatchObject({
      named: id,
      id,
      path: archive,
      proven: 'checksum',
      problem: null,
      sha256: record?.sha256,
      takenAt: record?.snapshotAt,
      database: database.name,
    });
  });

  testWithPgTools('by path, moved with its manifest; check says the same', async () => {
    const { plan, journal, env, archive } = await backedUp();
    const moved = join(folder(), 'moved');
    renameSync(archive, moved);
    renameSync(manifestPath(archive), manifestPath(moved));
    const { status, stdout } = await indexdeck(['check', plan, '--backup', moved, '--ui', 'json'], { env });
    expect(status).toBe(0);
    const finding = JSON.parse(stdout).findings.find(({ code }: { code: string }) => code === 'backup');
    expect(finding).toMatchObject({ level: 'ok', what: expect.stringContaining('its checksum is the one on record') });
    const gone = await indexdeck(['deploy', plan, '--yes', '--journal', journal, '--backup', archive], { env });
    expect(gone).toMatchObject({ status: 2, stderr: expect.stringContaining('is no file, no directory') });
  });

  testWithPgTools('of somebody else, without a record: read whole', async () => {
    const { database, journal, args, env } = await place(15);
    const archive = join(folder(), 'foreign.dump');
    await pgTool('pg_dump', ['--format=custom', `--file=${archive}`], env);
    const { status, stderr } = await indexdeck([...args, '--backup', archive], { env });
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('no record of ours') });
    const { backup } = started(journal).options;
    expect(backup).toMatchObject({ id: null, proven: 'read', database: database.name });
    expect(Math.abs(Date.parse(backup.takenAt) - Date.parse(backup.provenAt))).toBeLessThan(600_000);
  });
});

describe('a bad backup blocks, and nothing is built', () => {
  const refused = async (there: Place, archive: string, why: RegExp) => {
    const { status, stdout } = await indexdeck([...there.args, '--backup', archive], { env: there.env });
    expect({ status, stdout }).toEqual({ status: 3, stdout: expect.stringMatching(why) });
    expect(await indexes(there.database)).toEqual([]);
  };

  testWithPgTools('truncated', async () => {
    const there = await backedUp();
    truncateSync(there.archive, readFileSync(there.archive).length - 100);
    await refused(there, there.archive, /BLOCKS .*is not as it was written/);
  });

  testWithPgTools('one bit is another', async () => {
    const there = await backedUp();
    flipBit(there.archive);
    await refused(there, there.archive, /BLOCKS .*is not as it was written/);
  });

  testWithPgTools('truncated or with another bit, and without a record: reading it shows that', async () => {
    const there = await place(15);
    const whole = join(folder(), 'whole.dump');
    await pgTool('pg_dump', ['--format=custom', `--file=${whole}`], there.env);
    const [short, flipped] = [join(folder(), 'short'), join(folder(), 'flipped')];
    copyFileSync(whole, short);
    truncateSync(short, Math.floor(readFileSync(whole).length * 0.8));
    // Its list can still be read: that alone would prove nothing.
    expect(await pgTool('pg_restore', ['--list', short])).toContain('TABLE DATA');
    await refused(there, short, /BLOCKS .*pg_restore failed/);
    copyFileSync(whole, flipped);
    flipBit(flipped);
    await refused(there, flipped, /BLOCKS .*pg_restore (failed|was ended)/);
  });

  testWithPgTools('of another database', async () => {
    const there = await place(15);
    const other = await backedUp();
    await refused(there, other.archive, new RegExp(`BLOCKS .*it is of the database ${other.database.name}`));
  });

  testWithPgTools('of another server whose database has the same name', async () => {
    const there = await backedUp();
    const record = { ...readRecord(manifestPath(there.archive)), server: { version: '15.1', systemIdentifier: '7' } };
    writeFileSync(manifestPath(there.archive), JSON.stringify(record));
    await refused(there, there.archive, /BLOCKS .*it is of another server \(system identifier 7\)/);
  });

  testWithPgTools('no archive at all', async () => {
    const there = await place(15);
    await refused(there, there.plan, /BLOCKS .*pg_restore failed/);
  });

  test('an ID that is not known: nothing is sent', async () => {
    const { database, args, env } = await place(15);
    const { status, stderr } = await indexdeck([...args, '--backup', 'provider-42'], { env });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('--no-backup "provider-42, checked by'),
    });
    expect(await indexes(database)).toEqual([]);
  });
});

test('production needs one', async () => {
  const { database, args, env } = await place(15);
  const production = [...args, '--environment', 'production', '--confirm', database.name];
  const { status, stderr } = await indexdeck(production, { env });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('--backup PATH_OR_ID') });
  const both = await indexdeck([...production, '--backup', 'x', '--no-backup', 'y'], { env });
  expect(both).toMatchObject({ status: 2, stderr: expect.stringContaining('there is one, or there is none') });
});

describe('deploy does not start beside a dump', () => {
  testWithPgTools('ours', async () => {
    const { database, args, env, journal } = await place(15);
    const scene = await holdLock(database, 'dishes');
    const running = start(['backup', '--output', join(folder(), 'x'), '--journal', journal], { env });
    await line(running, /^\S+ backup bk-/);
    const { status, stdout } = await indexdeck(args, { env });
    expect({ status, stdout }).toEqual({
      status: 3,
      stdout: expect.stringMatching(/BLOCKS .*A backup of this database is running.*"indexdeck backup bk-/),
    });
    expect(stdout).not.toContain('Another indexdeck');
    await scene.release();
    expect((await running.ended).status).toBe(0);
    expect((await indexdeck(args, { env })).status).toBe(0);
  });

  test('a pg_dump of anybody', async () => {
    const { database, args, env } = await place(15);
    const dump = await database.connect({ application_name: 'pg_dump' });
    await dump.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    const { status, stdout } = await indexdeck(args, { env });
    expect({ status, stdout }).toEqual({ status: 3, stdout: expect.stringMatching(/BLOCKS .*"pg_dump"/) });
    await dump.end();
    expect(await indexes(database)).toEqual([]);
  });

  testWithPgTools('and a backup does not begin beside a run', async () => {
    const { database, args, env, journal } = await place(15);
    const scene = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
    const running = start(args, { env });
    await line(running, /waiting for writers/);
    const { status, stderr } = await indexdeck(['backup', '--output', join(folder(), 'x'), '--journal', journal], {
      env,
    });
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringMatching(/"indexdeck lock .*is at work on this database/),
    });
    await scene.release();
    expect((await running.ended).status).toBe(0);
    await poll(async () => (await indexes(database)).length === BUILT.length);
  });
});
