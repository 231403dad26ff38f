import { describe, expect, test } from 'vitest';
import { builderSettings } from '../../../src/engine/preflight/builder-settings.ts';
import type { SettingRow } from '../../../src/queries/settings_named.ts';
import { planOf } from '../catalog/support.ts';
import { factsWhere } from './facts.ts';
import { runOptions } from './support.ts';

const MB = 1024;

const server = (settings: { memoryKb?: number; sharedMb?: number; workers?: number; pool?: number }) => {
  const rows: SettingRow[] = [
    { name: 'maintenance_work_mem', value: String(settings.memoryKb ?? 64 * MB), unit: 'kB', context: 'user' },
    { name: 'shared_buffers', value: String((settings.sharedMb ?? 128) * 128), unit: '8kB', context: 'postmaster' },
    { name: 'max_parallel_maintenance_workers', value: String(settings.workers ?? 2), unit: null, context: 'user' },
    { name: 'max_parallel_workers', value: String(settings.pool ?? 8), unit: null, context: 'user' },
  ];
  return new Map(rows.map((row) => [row.name, row]));
};

const memoryOf = (settings: Parameters<typeof server>[0], jobs = 2) =>
  builderSettings(factsWhere({ settings: server(settings), options: runOptions({ jobs }) }))[0]?.value;

describe('maintenance_work_mem', () => {
  test.each([
    ["the server's own where the machine is small", {}, 2, '65536kB'],
    ['never less than 64 MB', { memoryKb: 1024 }, 2, '65536kB'],
    ['an eighth of the memory, by shared_buffers, over all jobs', { sharedMb: 1024 }, 4, `${128 * MB}kB`],
    ['at most 512 MB of our own choice', { sharedMb: 65_536 }, 2, `${512 * MB}kB`],
    ["never less than the server's", { memoryKb: 2048 * MB, sharedMb: 65_536 }, 2, `${2048 * MB}kB`],
  ])('%s', (_, settings, jobs, expected) => {
    expect(memoryOf(settings, jobs)).toBe(expected);
  });
});

test('parallel workers: a share of those that there are', () => {
  const chosen = builderSettings(
    factsWhere({ settings: server({ workers: 4, pool: 8 }), options: runOptions({ jobs: 4 }) }),
  );
  expect(chosen[1]).toMatchObject({ name: 'max_parallel_maintenance_workers', value: '2' });
});

test('--set has the last word, and what the plan sets is said', async () => {
  const plan = await planOf("SET maintenance_work_mem = '1GB'; CREATE INDEX CONCURRENTLY i ON t (a)");
  const planned = builderSettings(factsWhere({ settings: server({}), plan }));
  expect(planned[0]?.why).toContain("the plan's value");
  const options = runOptions({ settings: { maintenance_work_mem: '2GB', work_mem: '8MB' } });
  expect(builderSettings(factsWhere({ settings: server({}), options }))).toEqual([
    { name: 'max_parallel_maintenance_workers', value: '2', why: "the server's own" },
    { name: 'maintenance_work_mem', value: '2GB', why: 'given with --set' },
    { name: 'work_mem', value: '8MB', why: 'given with --set' },
  ]);
});

test.each([
  ['off', ['local']],
  ['on', []],
  ['local', []],
  ['remote_apply', []],
])('synchronous_commit %s: what is reported as built survives a crash of the server', (value, expected) => {
  const settings = server({}).set('synchronous_commit', {
    name: 'synchronous_commit',
    value,
    unit: null,
    context: 'user',
  });
  const chosen = builderSettings(factsWhere({ settings, options: runOptions({}) }));
  expect(chosen.filter(({ name }) => name === 'synchronous_commit').map((setting) => setting.value)).toEqual(expected);
});
