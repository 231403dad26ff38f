import { describe, expect, it } from 'vitest';
import { begunSections } from '../../../src/run/index.ts';
import { versions } from '../../support/server.ts';
import { expectTwoIndexes, heldRun, twoTables } from '../../support/two-tables.ts';

const PLAN = `
CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);
CREATE INDEX CONCURRENTLY idx_courses_name ON courses (name);
ANALYZE dishes;
ANALYZE dishes, courses;
`;

describe.each(versions)('a script without headings on PostgreSQL %i', (version) => {
  it('is built on several tables at the same time, and what is about both comes after both', async () => {
    const database = await twoTables(version);
    const { run, forgotten } = await heldRun(database, PLAN);
    await run.until(
      (state) => state.steps.filter(({ status, oid }) => status === 'building' && oid !== null).length === 2,
    );
    expect(begunSections(run.state()).map((at) => run.state().sections[at]?.title)).toEqual(['dishes', 'courses']);
    await forgotten.release();
    expect((await run.end()).outcome?.status).toBe(0);
    const order = run.of('section.finished').map(({ title }) => title);
    expect(order.at(-1)).toBe('dishes, courses');
    expect(order.toSorted()).toEqual(['courses', 'dishes', 'dishes, courses']);
    await expectTwoIndexes(database);
  });
});
