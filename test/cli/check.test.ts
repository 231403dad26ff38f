import { expect, test } from 'vitest';
import { indexes, place } from './place.ts';
import { indexdeck } from './program.ts';

/** A backup by somebody else, as far as it can be told from outside. */
const scene = async () => {
  const { plan, env, database, args } = await place();
  await database.sql('CREATE INDEX idx_dishes_course ON dishes (course)');
  const backup = await database.connect({ application_name: 'pg_dump' });
  await backup.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  return { plan, env, database, args, backup };
};

test('check says first, on one screen, what it comes to, and blocks; what is waived blocks no longer', async () => {
  const { plan, env, backup } = await scene();
  const blocked = await indexdeck(['check', plan], { env });
  expect(blocked.status).toBe(3);
  const [where, title, ...lines] = blocked.stdout.split('\n');
  expect([where, title]).toEqual([expect.stringMatching(/^Database \S+ at /), 'Summary:']);
  const summary = lines.slice(0, lines.indexOf(''));
  expect(summary.length).toBeLessThanOrEqual(20);
  // No terminal: lines are for programs, and nothing is cut off.
  expect(summary.filter((line) => line.includes('…'))).toEqual([]);
  expect(summary.slice(0, 4)).toEqual([
    '  builds   2 of 3 indexes on 2 tables in 2 sections, up to 2 at a time',
    '           1 there already',
    expect.stringMatching(/^ {2}takes {4}time /),
    expect.stringMatching(/^ {2}BLOCKS {3}dump-running: A backup of this database is running: /),
  ]);
  expect(blocked.stdout).toMatch(/ {2}BLOCKS {3}A backup of this database is running: .* \[dump-running\]\n/);
  const waived = await indexdeck(['check', plan, '--ignore', 'dump-running'], { env });
  expect(waived.status).toBe(0);
  expect(waived.stdout).toMatch(/ {2}BLOCKS {3}nothing\n {2}WAIVED {3}dump-running: /);
  expect(waived.stdout).toMatch(/Nothing blocks; \d warnings?, 1 waived\./);
  await backup.end();
});

test('check --ui json has the same as summary and findings', async () => {
  const { plan, env, backup } = await scene();
  const { stdout, status } = await indexdeck(['check', plan, '--ui', 'json', '--ignore', 'dump-running'], { env });
  const { summary, findings } = JSON.parse(stdout);
  expect(status).toBe(0);
  expect(summary).toMatchObject({
    indexes: { planned: 3, toBuild: 2, present: 1, toReplace: 0, inTheWay: 0, built: 0 },
    tables: 2,
    sections: 2,
    blocks: [],
    waived: ['dump-running'],
  });
  expect(findings).toContainEqual(expect.objectContaining({ code: 'dump-running', level: 'warning', waived: true }));
  await backup.end();
});

test('a code that is not there, or that cannot be waived, is bad usage, and nothing is sent', async () => {
  const { env, database, args } = await place();
  const before = (await database.statementLog()).length;
  const misspelt = await indexdeck([...args, '--ignore', 'dump-runing'], { env });
  expect(misspelt).toMatchObject({ status: 2, stderr: expect.stringContaining('near it: dump-running') });
  const never = await indexdeck([...args, '--ignore', 'standby'], { env });
  expect(never).toMatchObject({ status: 2, stderr: expect.stringContaining('cannot be waived') });
  expect(await database.statementLog()).toHaveLength(before);
  expect(await indexes(database)).toEqual([]);
});

test('deploy in lines says it before it begins, and a blocked one changes nothing', async () => {
  const { env, database, args, backup } = await scene();
  const { status, stdout } = await indexdeck(args, { env });
  expect(status).toBe(3);
  expect(stdout).toMatch(
    /preflight: 1 finding blocks.*\n {2}builds {3}2 of 3 indexes on 2 tables[\s\S]*\[dump-running\]/,
  );
  expect((await indexes(database)).map(({ name }) => name)).toEqual(['idx_dishes_course']);
  await backup.end();
});
