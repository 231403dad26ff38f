import { join } from 'node:path';
import { expect } from 'vitest';
import { restoreRecords } from '../../src/engine/restore/index.ts';
import { testWithPgTools } from '../support/pg-tools.ts';
import { place } from './place.ts';
import { folder, indexdeck } from './program.ts';
import { besides, oidOf } from './restore-scene.ts';
import { open } from './terminal.ts';

testWithPgTools('B ends the run, and its restore asks once more in the same terminal', async () => {
  const { database, plan, journal, env } = await place(15, undefined, { mayLeaveSessions: true });
  const path = join(folder(), 'shop.dump');
  expect(await indexdeck(['backup', '--output', path, '--journal', journal], { env })).toMatchObject({ status: 0 });
  await database.sql('DELETE FROM dishes WHERE id > 10');
  const oid = await oidOf(database);
  // A build on it waits: the run is in the middle.
  const blocker = await database.connect({ application_name: 'blocker' });
  await blocker.query('BEGIN; LOCK TABLE courses IN ROW EXCLUSIVE MODE');
  const screen = open(['deploy', plan, '--yes', '--journal', journal, '--backup', path], env);
  await screen.shows(/RUNNING/);
  screen.pty.write('B');
  await screen.shows(/RESTORE the database from its backup/);
  // Enter alone is no, and a wrong name is none.
  screen.pty.write('\r');
  await screen.shows(/That is not the name/);
  screen.pty.write(database.name);
  await screen.shows(new RegExp(`${database.name}_`));
  screen.pty.write('\r');
  await screen.shows(/Type the database's name to go on/, 40_000);
  expect(await oidOf(database)).toBe(oid);
  screen.pty.write(`${database.name}\r`);
  await screen.shows(/is restored and verified/, 40_000);
  expect(await screen.ended).toBe(0);
  const [record] = restoreRecords(journal);
  expect(record).toMatchObject({ state: 'swapped', archive: { path } });
  expect(String(await oidOf(database))).toBe(record?.restored?.oid);
  expect(await database.sql('SELECT count(*)::int AS n FROM dishes')).toEqual([{ n: 2000 }]);
  // No index of the run, and no lock; its history was carried over.
  expect(await database.sql('SELECT count(*)::int AS n FROM pg_index WHERE NOT indisvalid')).toEqual([{ n: 0 }]);
  expect(await database.sql('SELECT phase, status FROM indexdeck.runs')).toEqual([{ phase: 'finished', status: 4 }]);
  for (const name of await besides(database)) await database.sql(`DROP DATABASE "${name}" WITH (FORCE)`);
  await blocker.end();
});
