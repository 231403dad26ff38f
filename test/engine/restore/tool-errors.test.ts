import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished } from 'vitest';
import { ErrorReader } from '../../../src/engine/restore/progress.ts';
import { classify, type SaidError } from '../../../src/engine/restore/tool-errors.ts';
import { parseMessage } from '../../../src/engine/tools/messages.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { pgTool, pgTools, testWithPgTools } from '../../support/pg-tools.ts';
import { poll } from '../../support/poll.ts';
import { startServer } from '../../support/server.ts';
import { smallDisk } from '../../support/small-disk.ts';

/** Some account that is not root's: a file of mode 000 is none for root. */
const NOBODY = 65534;

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'indexdeck-tool-errors-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  chmodSync(path, 0o755);
  return path;
};

/** What the real pg_restore says is wrong, with what it is taken for. */
const restore = async (args: string[], env: Record<string, string> = {}, uid?: number) => {
  const errors: (SaidError & { kind: string; meaning: string })[] = [];
  const reader = new ErrorReader((error) => errors.push({ ...error, ...classify(error) }));
  const stderr = await new Promise<string>((resolve) => {
    const options = { env: { PATH: process.env.PATH, LC_ALL: 'C', ...env }, ...(uid === undefined ? {} : { uid }) };
    execFile(join(pgTools ?? '', 'pg_restore'), ['--verbose', ...args], options, (_, __, said) => resolve(said));
  });
  for (const line of stderr.split('\n')) reader.add(parseMessage(line));
  reader.flush();
  return errors;
};

/** An archive of a database with this in it. */
const archived = async (sql: string, ...args: string[]): Promise<string> => {
  const source = await createDatabase(15);
  await source.sql(sql);
  const path = join(folder(), 'archive');
  await pgTool('pg_dump', ['--format=custom', `--file=${path}`, ...args], source.environment);
  return path;
};

const into = (database: TestDatabase, path: string, uid?: number) =>
  restore(['--dbname', database.name, path], database.environment, uid);

const ROWS = 'CREATE TABLE t AS SELECT n, md5(n::text) AS text FROM generate_series(1, 20000) AS n;';

const UNREADABLE = 'the archive cannot be read';
const NO_CONNECTION = 'the connection to the server was lost';

/** A block of an archive in one file begins with its length, as sign and little-endian number: 4096 of all but the last. */
const BLOCK = Buffer.from([0, 0, 0x10, 0, 0]);

/** Changes a file, in one file at this distance from the beginning of a block. */
const flip = (path: string, from = 100, length = 16): void => {
  const bytes = readFileSync(path);
  const middle = Math.floor(bytes.length / 2);
  const at = Math.max(middle, bytes.indexOf(BLOCK, middle)) + from;
  for (let n = at; n < at + length; n++) bytes[n] = ~(bytes[n] ?? 0) & 255;
  writeFileSync(path, bytes);
};

const halve = (path: string): void => truncateSync(path, Math.floor(statSync(path).size / 2));

/** The one file with rows of an archive that is a directory. */
const dataIn = (path: string): string => join(path, readdirSync(path).find((name) => name.endsWith('.gz')) ?? '');

testWithPgTools('an archive that cannot be read is fatal, however it is spoilt', async () => {
  const path = await archived(ROWS);
  const base = folder();
  const spoilt = async (
    message: RegExp,
    spoil: (copy: string) => void,
    { from = path, uid, meaning = UNREADABLE }: { from?: string; uid?: number | undefined; meaning?: string } = {},
  ): Promise<void> => {
    const copy = join(base, 'copy');
    rmSync(copy, { recursive: true, force: true });
    cpSync(from, copy, { recursive: true });
    spoil(copy);
    const errors = await into(await createDatabase(15), copy, uid);
    expect(errors).toEqual([expect.objectContaining({ kind: 'fatal', meaning })]);
    expect(errors[0]?.message).toMatch(message);
  };
  await spoilt(/could not read from input file: end of file/, halve);
  await spoilt(/could not read from input file: end of file/, (copy) => truncateSync(copy, 1_000));
  await spoilt(/could not uncompress data: /, flip);
  // Its length: it asks for that much memory, and says so without its name.
  await spoilt(/^out of memory$/, (copy) => flip(copy, 0, 1), { meaning: 'there is not enough memory' });
  await spoilt(/too short/, (copy) => writeFileSync(copy, 'SELECT 1;'));
  await spoilt(/does not appear to be a valid archive$/, (copy) => writeFileSync(copy, 'SELECT 1;'.repeat(500)));
  await spoilt(/could not open input file .*No such file/, (copy) => rmSync(copy));
  const other = process.getuid?.() === 0 ? NOBODY : undefined;
  await spoilt(/could not open input file .*Permission denied/, (copy) => chmodSync(copy, 0), { uid: other });
  const directory = await archived(ROWS, '--format=directory');
  await spoilt(/"toc\.dat" does not exist/, (copy) => rmSync(join(copy, 'toc.dat')), { from: directory });
  await spoilt(/could not close data file/, (copy) => halve(dataIn(copy)), { from: directory });
  await spoilt(/could not read from input file: .*\.gz: /, (copy) => flip(dataIn(copy)), { from: directory });
  await spoilt(/could not open input file .*\.dat/, (copy) => rmSync(dataIn(copy)), { from: directory });
});

testWithPgTools('a server that cannot be reached, or goes away, is fatal', async () => {
  const path = await archived(ROWS);
  const server = await startServer({ version: 15 });
  const database = await createDatabase(15, { server, mayLeaveSessions: true });
  const { environment, name } = database;
  const failed = async (env: Record<string, string>, message: RegExp, to = name): Promise<void> => {
    const errors = await restore(['--dbname', to, path], { ...environment, ...env });
    expect(errors).toEqual([expect.objectContaining({ kind: 'fatal', meaning: NO_CONNECTION })]);
    expect(errors[0]?.message).toMatch(message);
  };
  await failed({ PGPORT: '1' }, /Connection refused/);
  await failed({ PGPASSWORD: 'wrong' }, /password authentication failed/);
  await failed({}, /database "nowhere" does not exist/, 'nowhere');
  // Its first statement waits for this; then all connections break.
  const blocker = await database.connect();
  await blocker.query('BEGIN; CREATE TABLE t ()');
  const errors = into(database, path);
  await poll(
    async () => (await database.sql(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)).length === 1,
  );
  await server.stop('immediate');
  expect(await errors).toContainEqual(expect.objectContaining({ kind: 'fatal', meaning: NO_CONNECTION }));
  await server.start();
});

testWithPgTools('a full disk is fatal', async ({ skip }) => {
  const disk = await smallDisk('16m');
  if (disk === null) return skip('no file system can be mounted here');
  const path = await archived(ROWS);
  const server = await startServer({ version: 15 });
  const database = await createDatabase(15, { server });
  const space = join(disk.path, 'space');
  await database.sql(`COPY (SELECT 1) TO PROGRAM 'mkdir ${space}'`);
  await database.sql(`CREATE TABLESPACE small LOCATION '${space}'`);
  await database.sql('CREATE DATABASE full_one TABLESPACE small');
  // Its first session writes a file of its own there.
  const { host, port, user, password } = server;
  const first = new pg.Client({ host, port, user, password, database: 'full_one' });
  await first.connect();
  await first.end();
  disk.fill();
  const errors = await restore(['--dbname', 'full_one', path], database.environment);
  // The server’s checkpoints need room again before anything is dropped.
  await disk.resize('64m');
  await database.sql('DROP DATABASE full_one WITH (FORCE)');
  expect(errors[0]).toMatchObject({
    kind: 'fatal',
    message: expect.stringContaining('No space left on device'),
    meaning: 'the server has no room left',
  });
});

testWithPgTools('a schema public that is there already is harmless', async () => {
  // pg_dump of 10 and before wrote such; the names are of equal length, and what is not data is not compressed.
  const path = await archived('CREATE SCHEMA publix; CREATE TABLE publix.a ()');
  writeFileSync(path, readFileSync(path, 'latin1').replaceAll('publix', 'public'), 'latin1');
  const database = await createDatabase(15);
  expect(await into(database, path)).toEqual([
    expect.objectContaining({ kind: 'harmless', command: 'CREATE SCHEMA public;' }),
  ]);
  expect(await database.sql(`SELECT FROM pg_tables WHERE schemaname = 'public'`)).toHaveLength(1);
});

testWithPgTools('what a role may not do: comments of extensions, owners, rights, extensions', async () => {
  const database = await createDatabase(15);
  const [user, owner] = [`restorer_${database.name}`, `owner_${database.name}`];
  await database.sql(`CREATE ROLE ${user} LOGIN PASSWORD 'p'; CREATE ROLE ${owner};
    GRANT CREATE ON DATABASE ${database.name} TO ${user}; GRANT CREATE ON SCHEMA public TO ${user};
    CREATE EXTENSION hstore`);
  onTestFinished(async () => {
    await database.sql(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
  });
  const source = await createDatabase(15);
  await source.sql(`CREATE EXTENSION hstore; COMMENT ON EXTENSION hstore IS 'ours'; CREATE EXTENSION file_fdw;
    CREATE TABLE o (); ALTER TABLE o OWNER TO ${owner}; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${owner}`);
  const path = join(folder(), 'archive');
  await pgTool('pg_dump', ['--format=custom', `--file=${path}`], source.environment);
  const as = { ...database.environment, PGUSER: user, PGPASSWORD: 'p' };
  const errors = await restore(['--dbname', database.name, path], as);
  const found = errors.map(({ kind, command }) => [kind, command?.replace(/ (WITH|IS|TO|GRANT) .*/, '')]);
  expect(found).toEqual([
    ['loss', 'CREATE EXTENSION IF NOT EXISTS file_fdw'],
    ['loss', 'COMMENT ON EXTENSION file_fdw'],
    ['harmless', 'COMMENT ON EXTENSION hstore'],
    ['ownership', 'ALTER TABLE public.o OWNER'],
    ['ownership', 'ALTER DEFAULT PRIVILEGES FOR ROLE postgres'],
  ]);
  await source.drop();
  await database.sql(`REASSIGN OWNED BY ${owner} TO postgres; DROP ROLE ${owner}`);
});
