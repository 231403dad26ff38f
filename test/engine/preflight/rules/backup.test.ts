import { describe, expect, test } from 'vitest';
import { backup } from '../../../../src/engine/preflight/rules/backup.ts';
import { runningDumps } from '../../../../src/engine/preflight/rules/running-dumps.ts';
import type { NamedBackup } from '../../../../src/run/index.ts';
import { factsWhere } from '../facts.ts';
import { runOptions } from '../support.ts';

const named: NamedBackup = {
  named: 'bk-1',
  id: 'bk-1',
  path: '/dumps/shop',
  proven: 'checksum',
  problem: null,
  provenAt: '2026-11-23T20:00:00.000Z',
  sha256: 'aa',
  bytes: 13_107_200,
  takenAt: '2026-11-23T19:20:11.000Z',
  database: 'menuca',
  systemIdentifier: '7',
  serverVersion: '18.4',
  schemas: [],
};

const judge = (changes: Partial<NamedBackup> | null, more: { production?: boolean; noBackup?: string } = {}) =>
  backup(
    factsWhere({
      systemIdentifier: '7',
      options: runOptions({
        environment: more.production ? 'production' : null,
        noBackup: more.noBackup ?? null,
        backup: changes === null ? null : { ...named, ...changes },
      }),
    }),
  );

test('proven, of this database, and young', () => {
  expect(judge({})).toMatchObject([
    {
      level: 'ok',
      code: 'backup',
      what:
        'The backup bk-1 (/dumps/shop) can be read: pg_restore lists it, and its checksum is the one on record; it is of the ' +
        'database menuca as of 2026-11-23T19:20:11Z, from PostgreSQL 18.4, 12.5 MB; 00:39:49 old.',
    },
  ]);
  expect(judge({ id: null, proven: 'read', systemIdentifier: null })).toMatchObject([
    { level: 'ok', what: expect.stringContaining('it has no record of ours, and pg_restore read all of it') },
  ]);
});

test('old, or of unknown age: a warning', () => {
  expect(judge({ takenAt: '2026-11-22T19:59:59.000Z' })).toMatchObject([{ level: 'warning', code: 'old-backup' }]);
  expect(judge({ takenAt: null })).toMatchObject([{ level: 'warning', what: expect.stringContaining('unknown age') }]);
});

test('an archive without a record: its time is that of a clock elsewhere; what it does not say is left out', () => {
  const [found] = judge({ id: null, proven: 'read', database: null, serverVersion: null, bytes: null });
  expect(found?.what).toContain(
    'it is of a database that it does not name as of 2026-11-23T19:20:11Z by the clock of where it was made; ',
  );
});

test('of a newer server: a warning; a journal of old knows nothing of that', () => {
  expect(judge({ serverVersion: '19.1' })).toMatchObject([{ level: 'ok' }, { level: 'warning', code: 'newer-backup' }]);
  const { serverVersion: _, schemas: __, ...old } = named;
  const facts = factsWhere({ options: runOptions({ backup: old }) });
  expect(backup(facts)).toMatchObject([{ level: 'ok', what: expect.stringContaining('11Z, 12.5 MB; 00:39:49 old') }]);
});

describe('what blocks', () => {
  test.each<[string, Partial<NamedBackup>, RegExp]>([
    ['unproven', { proven: null, problem: 'it is torn' }, /does not count: it is torn\./],
    ['another database', { database: 'staging' }, /of the database staging, not of menuca/],
    ['another server', { systemIdentifier: '8' }, /another server \(system identifier 8\) than this one \(7\)/],
  ])('%s', (_name, changes, what) => {
    expect(judge(changes)).toMatchObject([{ level: 'blocks', code: 'backup', what: expect.stringMatching(what) }]);
  });

  test('none in production, unless a reason is given', () => {
    expect(judge(null, { production: true })).toMatchObject([{ level: 'blocks', code: 'backup' }]);
    expect(judge(null, { production: true, noBackup: 'staging copy' })).toMatchObject([
      { level: 'note', code: 'no-backup', what: 'The run goes without a backup: staging copy.' },
    ]);
    expect(judge(null)).toEqual([]);
  });

  test('a dump that runs', () => {
    const dump = { pid: 7, user: 'me', application: 'pg_dump', client: null, since: null };
    expect(runningDumps(factsWhere({ dumps: [dump] }))).toMatchObject([
      { level: 'blocks', code: 'dump-running', advice: expect.stringContaining('pg_terminate_backend(7)') },
    ]);
    expect(runningDumps(factsWhere())).toEqual([]);
  });
});
