import { describe, expect, test } from 'vitest';
import { describePlan, type Include, type Plan, readPlan, type SourceFile } from '../../src/plan/index.ts';
import { codes, indexes } from './support.ts';

const nowhere: Include = () => ({ error: 'there is no such file' });
const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);\n';

function read(path: string, sql: string, beside: Partial<SourceFile> = {}): Plan {
  return readPlan([{ path, bytes: Buffer.from(sql), ...beside }], nowhere, { makeConcurrent: false });
}

const tool = (plan: Plan) => plan.migrations?.map((migration) => `${migration.tool} ${migration.transaction}`);

describe('whose file it is', () => {
  test.each([
    ['V1__x.sql', INDEX, {}, ['Flyway detected']],
    ['V1__x.sql', INDEX, { config: '# why\nexecuteInTransaction = false\n' }, ['Flyway off']],
    ['V1__x.sql', INDEX, { config: 'executeInTransaction=true' }, ['Flyway on']],
    ['V1_x.sql', INDEX, {}, undefined],
    ['m/1_x.sql', INDEX, { neighbours: ['atlas.sum'] }, ['Atlas on']],
    ['m/1_x.sql', `-- atlas:txmode none\n\n${INDEX}`, { neighbours: ['atlas.sum'] }, ['Atlas off']],
    ['m/1_x.sql', `-- atlas:txmode none\n${INDEX}`, { neighbours: ['atlas.sum'] }, ['Atlas on']],
    ['m/20240501101010_x/migration.sql', `${INDEX.trim()}--> statement-breakpoint\n`, {}, ['Drizzle on']],
    ['m/1_x.sql', `-- Up Migration\n-- no transaction\n${INDEX}`, {}, ['node-pg-migrate off']],
    ['m/1_x.sql', `-- Up migration of the winter\n${INDEX}`, {}, undefined],
    ['m/0000_x.sql', INDEX, { neighbours: ['meta/_journal.json'] }, ['Drizzle on']],
    ['m/add_index/migration.sql', INDEX, { neighbours: ['../migration_lock.toml'] }, ['Prisma one-query']],
    ['m/add_index/migration.sql', INDEX, {}, undefined],
    ['deploy/x.sql', INDEX, { neighbours: ['../sqitch.plan'] }, ['Sqitch as-written']],
    ['deploy/x.sql', INDEX, {}, undefined],
    ['plan.sql', `SELECT '\n-- +goose Up\n';\n${INDEX}`, {}, ['goose on']],
    ['plan.sql', `/* says: -- +goose Up */\n${INDEX}`, {}, undefined],
  ])('%s %j', (path, sql, beside, expected) => {
    expect(tool(read(path, sql, beside))).toEqual(expected);
  });
});

describe('marks', () => {
  test('behind a statement on its line are none, except for Drizzle', () => {
    const goose = read('1.sql', `-- +goose Up\n${INDEX.trim()} -- +goose Down\nANALYZE t;\n`);
    expect(goose.sections[0]?.steps.map(({ kind }) => kind)).toEqual(['create-index', 'analyze']);
    const drizzle = read(
      '1.sql',
      `CREATE INDEX CONCURRENTLY i ON t (a)--> statement-breakpoint\n${INDEX.replace(' i ', ' j ')}`,
    );
    expect(indexes(drizzle).map(({ name }) => name)).toEqual(['i', 'j']);
  });

  test('in a string the tool would still take for its own: refused', () => {
    const plan = read('1.sql', `-- +goose Up\nSELECT '\n-- +goose Down\n';\n${INDEX}`);
    expect(codes(plan)).toEqual(['migration-directive']);
    expect(plan.problems[0]?.message).toContain('in the middle of it');
  });

  test('a psql command of the way back is not followed', () => {
    const plan = read('1.sql', `-- migrate:up\n${INDEX}-- migrate:down\n\\i elsewhere.sql\n\\! rm x\n`);
    expect(plan.problems).toEqual([]);
    expect(plan.leftOut.map(({ what }) => what)).toEqual(['\\i elsewhere.sql', '\\! rm x']);
  });
});

describe('the way back is compared with the rollback of a run', () => {
  const differs = (sql: string) => read('1.sql', sql).findings.find(({ code }) => code === 'way-back-differs')?.why;
  const up = (down: string) => `-- migrate:up transaction:false\n${INDEX}-- migrate:down\n${down}`;
  test.each([
    ['DROP INDEX CONCURRENTLY i;', undefined],
    ['DROP INDEX CONCURRENTLY IF EXISTS s.i;', undefined],
    ['', undefined],
    ['DROP TABLE t;', undefined],
    ['DROP INDEX i;', /in another manner\. Its DROP INDEX without CONCURRENTLY/],
    ['DROP INDEX CONCURRENTLY j;', /It leaves i, which .*; it drops j, which/],
  ])('%s', (down, expected) => {
    if (expected === undefined) expect(differs(up(down))).toBeUndefined();
    else expect(differs(up(down))).toMatch(expected);
  });
});

describe('what is to be marked as applied', () => {
  const UP = '-- migrate:up\n';
  const marked = (plan: Plan) => plan.migrations?.map(({ command, how, needless }) => [needless, command, how]);

  test('only once what the plan leaves out of it has been run too', () => {
    const sql = `${UP}${INDEX}INSERT INTO u VALUES (1);\n\\copy t from x.csv\n-- migrate:down\nDELETE FROM u;\n`;
    const plan = readPlan([{ path: '1.sql', bytes: Buffer.from(sql) }], nowhere, {
      makeConcurrent: false,
      onlyIndexes: true,
    });
    expect(plan.problems).toEqual([]);
    expect(marked(plan)?.[0]?.[2]).toMatch(
      /^only once what this plan leaves out of it has been run too: lines 3 and 4; /,
    );
    expect(plan.findings.find(({ code }) => code === 'migration-partly')?.what).toContain('lines 3 and 4');
  });

  test.each([
    ['m/2_x.down.sql', 'DROP INDEX CONCURRENTLY i;'],
    ['U2__x.sql', 'DROP INDEX CONCURRENTLY i;'],
    ['2.sql', '-- migrate:down\nDROP INDEX CONCURRENTLY i;'],
  ])('nothing, where there is only the way back: %s', (path, sql) => {
    expect(marked(read(path, sql))).toEqual([[true, null, expect.stringContaining('only goes back')]]);
  });
});

test('the two files of a migration are one, whichever is read first', () => {
  const plan = readPlan(
    [
      { path: 'm/2_x.down.sql', bytes: Buffer.from('DROP INDEX CONCURRENTLY i;') },
      { path: 'm/2_x.up.sql', bytes: Buffer.from(INDEX) },
      { path: 'n/2_x.down.sql', bytes: Buffer.from('DROP INDEX CONCURRENTLY other;') },
    ],
    nowhere,
    { makeConcurrent: false },
  );
  expect(plan.migrations).toMatchObject([
    { file: 'm/2_x.up.sql', version: '2', down: [{ drops: ['i'] }] },
    { file: 'n/2_x.down.sql', down: [{ drops: ['other'] }] },
  ]);
  expect(plan.findings).toEqual([]);
});

test('what is printed says how to mark it, and what is not run', () => {
  const text = describePlan(read('V7__x.sql', INDEX));
  expect(text).toContain('V7__x.sql: Flyway 7, run without a transaction where CONCURRENTLY is in it there');
  expect(text).toContain('mark it with: flyway migrate -skipExecutingMigrations=true -target=7');
  const dbmate = describePlan(read('3_x.sql', `-- migrate:up\n${INDEX}-- migrate:down\nDROP INDEX i;\n`));
  expect(dbmate).toContain("INSERT INTO schema_migrations (version) VALUES ('3')");
  expect(dbmate).toContain('way back, not run: line 4  DROP INDEX i');
});
