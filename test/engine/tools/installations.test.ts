import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  chooseInstallation,
  type Found,
  findInstallations,
  newestInstallation,
  ToolMissing,
  ToolTooOld,
} from '../../../src/engine/tools/index.ts';
import { parseVersion } from '../../../src/engine/tools/parse-version.ts';
import { folder } from '../../cli/program.ts';

/** A folder with programs that know nothing but their version. */
const fake = (versions: Record<string, string>): string => {
  const dir = join(folder(), 'bin');
  mkdirSync(dir);
  for (const [tool, version] of Object.entries(versions)) {
    writeFileSync(join(dir, tool), `#!/bin/sh\necho '${tool} (PostgreSQL) ${version}'\n`);
    chmodSync(join(dir, tool), 0o755);
  }
  return dir;
};

const both = (version: string): string => fake({ pg_dump: version, pg_restore: version });

describe('the version that a program prints', () => {
  test.each([
    ['pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', { major: 15, version: '15.18' }],
    ['pg_dump (PostgreSQL) 19beta1', { major: 19, version: '19beta1' }],
    ['pg_restore (PostgreSQL) 9.6.24', { major: 9, version: '9.6.24' }],
    ['pg_dump: command not found', null],
  ])('%s', (text, version) => expect(parseVersion(text)).toEqual(version));
});

describe('installations that are found', () => {
  test('on the path and in folders of packages, each once, with what they have', async () => {
    const [a, b] = [both('15.18'), fake({ pg_dump: '17.2' })];
    const { installations } = await findInstallations({ path: `${a}::${b}:/no/such/folder`, folders: [b, a] });
    expect(installations).toEqual([
      { dir: a, major: 15, version: '15.18', tools: ['pg_dump', 'pg_restore'] },
      { dir: b, major: 17, version: '17.2', tools: ['pg_dump'] },
    ]);
  });

  test('--bin-dir is the only folder then', async () => {
    const [a, b] = [both('15.18'), both('17.2')];
    const { installations } = await findInstallations({ binDir: b, path: a, folders: [a] });
    expect(installations.map(({ version }) => version)).toEqual(['17.2']);
  });

  test('a folder of mixed versions counts by the oldest', async () => {
    const mixed = fake({ pg_dump: '17.2', pg_restore: '15.1' });
    const { installations } = await findInstallations({ binDir: mixed });
    expect(installations).toMatchObject([{ major: 15, version: '15.1' }]);
  });

  test('what is no program, has no version, or is a wrapper that chooses by itself, is passed over', async () => {
    const dir = fake({ pg_wrapper: '16.1' });
    symlinkSync(join(dir, 'pg_wrapper'), join(dir, 'pg_dump'));
    writeFileSync(join(dir, 'pg_restore'), 'not a program');
    writeFileSync(join(dir, 'psql'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect((await findInstallations({ binDir: dir })).installations).toEqual([]);
  });
});

const found = (...majors: number[]): Found => ({
  looked: ['/usr/bin'],
  installations: majors.map((major) => ({
    dir: `/pg/${major}`,
    major,
    version: `${major}.1`,
    tools: ['pg_dump', 'pg_restore'],
  })),
});
const need = (major: number) => ({ major, what: `the server is PostgreSQL ${major}.4` });

describe('the one that is chosen', () => {
  test.each([
    [15, [18, 15, 14], 15],
    [16, [18, 17, 15], 17],
    [13, [15], 15],
  ])('for a server %i of %j: %i', (server, majors, chosen) => {
    expect(chooseInstallation('pg_dump', need(server), found(...majors)).major).toBe(chosen);
  });

  test('none is new enough: both versions are named, and what to do', () => {
    const choose = () => chooseInstallation('pg_dump', need(18), found(15, 14));
    expect(choose).toThrow(ToolTooOld);
    expect(choose).toThrow(/the server is PostgreSQL 18\.4, and pg_dump here is older: 15\.1 in \/pg\/15/);
    try {
      choose();
    } catch (error) {
      expect((error as ToolTooOld).advice).toMatch(/postgresql-client-18.*--bin-dir/);
    }
  });

  test('none has it: where was looked is named', () => {
    expect(() => chooseInstallation('psql', need(15), found(15))).toThrow(ToolMissing);
    expect(() => newestInstallation('pg_restore', found())).toThrow(/looked in \/usr\/bin/);
  });

  test('the newest reads every archive', () => {
    expect(newestInstallation('pg_restore', found(14, 18, 15)).major).toBe(18);
  });
});
