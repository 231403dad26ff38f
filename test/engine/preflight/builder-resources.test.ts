import { describe, expect, test } from 'vitest';
import { builderResources } from '../../../src/engine/preflight/rules/builder-resources.ts';
import type { RunOptions } from '../../../src/run/index.ts';
import { createDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { createRole } from '../catalog/support.ts';
import { factsWhere } from './facts.ts';
import { blocking, coded, preflightOf, runOptions } from './support.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);';
const setting = (name: string, value: number, unit: string | null = 'kB') =>
  [name, { name, value: String(value), unit, context: 'user' }] as const;

const judge = (options: Partial<RunOptions>, ...more: (readonly [string, ReturnType<typeof setting>[1]])[]) =>
  builderResources(
    factsWhere({
      options: runOptions(options),
      settings: new Map([
        setting('maintenance_work_mem', 65_536),
        setting('shared_buffers', 16_384, '8kB'),
        setting('max_parallel_maintenance_workers', 2, null),
        setting('max_parallel_workers', 8, null),
        setting('max_worker_processes', 8, null),
        setting('temp_file_limit', -1),
        ...more,
      ]),
    }),
  );

test('what building sessions get is said, and how many workers can take part', () => {
  const [said, ...rest] = judge({ jobs: 2 });
  expect(rest).toEqual([]);
  expect(said).toMatchObject({ level: 'ok', code: 'builder-settings' });
  expect(said?.what).toContain("maintenance_work_mem = 64 MB (the server's own, 64 MB, is enough)");
  expect(said?.what).toContain('Of 2 parallel workers 1 can take part: each wants 32 MB of the memory.');
  const [roomy] = judge({ jobs: 2 }, setting('maintenance_work_mem', 131_072));
  expect(roomy?.what).not.toContain('take part');
});

test('more memory than the machine probably has', () => {
  const [, found] = judge({ jobs: 4, settings: { maintenance_work_mem: '2GB' } });
  expect(found).toMatchObject({
    level: 'warning',
    code: 'builder-memory',
    what: '4 builds at a time may take 2 GB each, 8 GB in all; shared_buffers is 128 MB.',
  });
  expect(judge({ jobs: 4, settings: { maintenance_work_mem: '131072' } })).toHaveLength(1);
});

test('workers are shared by the smaller of the two limits; more of them by --set is a note', () => {
  const [said, ...rest] = judge({ jobs: 2 }, setting('max_worker_processes', 2, null));
  expect(said?.what).toContain('max_parallel_maintenance_workers = 1 (its share of 2 workers with 2 builds at a time)');
  expect(rest).toEqual([]);
  expect(judge({ jobs: 2, settings: { max_parallel_maintenance_workers: '8' } })[1]).toMatchObject({
    code: 'few-workers',
  });
});

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('a limit on temporary files: a build does fail of it, and --set lifts it', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE t AS SELECT repeat(md5(n::text), 8) AS b FROM generate_series(1, 300000) AS n;
      ANALYZE t; ALTER DATABASE ${database.name} SET temp_file_limit = '1MB'`);
    const plan = 'CREATE INDEX CONCURRENTLY i ON t (b);';
    expect(coded(await preflightOf(database, plan), 'temp-file-limit')).toMatchObject([{ level: 'warning' }]);
    const lifted = await preflightOf(database, plan, { options: { settings: { temp_file_limit: '-1' } } });
    expect(coded(lifted, 'temp-file-limit')).toEqual([]);
    const client = await database.connect();
    await client.query("SET maintenance_work_mem = '1MB'");
    await client.query('SET max_parallel_maintenance_workers = 0');
    await expect(client.query(plan)).rejects.toMatchObject({ code: '53400' });
    expect((await client.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass")).rows).toEqual([
      { indisvalid: false },
    ]);
    await client.end();
  });

  test('a table far larger than the memory of a build', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE t (a int, b text);
      INSERT INTO t SELECT n, repeat('x', 2000) FROM generate_series(1, 20000) AS n; ANALYZE t`);
    const facts = await preflightOf(database, INDEX, { options: { settings: { maintenance_work_mem: '1MB' } } });
    expect(coded(facts, 'sorts-on-disk')).toMatchObject([
      { level: 'note', what: expect.stringMatching(/^A build has 1 MB of memory, .*: public\.t \([\d.]+ MB\)\.$/) },
    ]);
  });

  test('a default tablespace, of the role, of the database and of the plan; with and without the right', async () => {
    const database = await createDatabase(version);
    const space = `space_${database.name}`;
    const admin = await database.connect();
    await admin.query('SET allow_in_place_tablespaces = on');
    await admin.query(`CREATE TABLESPACE ${space} LOCATION ''`);
    await admin.end();
    const role = await createRole(database, 'IN ROLE pg_monitor');
    await database.sql(`CREATE TABLE t (a int); ALTER TABLE t OWNER TO ${role.user};
      GRANT CREATE ON SCHEMA public TO ${role.user}`);
    const plan = `${INDEX} CREATE INDEX CONCURRENTLY here ON t (a) TABLESPACE pg_default;`;
    const set = `SET default_tablespace = ${space};`;
    expect(coded(await preflightOf(database, plan), 'default-tablespace')).toEqual([]);
    expect(coded(await preflightOf(database, set + plan), 'default-tablespace')).toMatchObject([
      { level: 'note', what: `1 index of the plan (i) goes to the tablespace ${space}, by default_tablespace.` },
    ]);
    expect(
      coded(await preflightOf(database, `SET default_tablespace = 'no_such_one';${plan}`), 'default-tablespace'),
    ).toEqual([]);
    await database.sql(`ALTER ROLE ${role.user} SET default_tablespace = ${space}`);
    expect(blocking(await preflightOf(database, plan, { as: role }))).toEqual(['no-tablespace-right']);
    const client = await database.connect(role);
    await expect(client.query(INDEX)).rejects.toMatchObject({ code: '42501' });
    await client.end();
    await database.sql(`GRANT CREATE ON TABLESPACE ${space} TO ${role.user}`);
    expect(blocking(await preflightOf(database, plan, { as: role }))).toEqual([]);
  });
});
