import { describe, expect, it } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { startRun } from '../../support/run.ts';
import { startStandby, versions } from '../../support/server.ts';

const plan = 'CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);';

const codes = (run: Awaited<ReturnType<typeof startRun>>): string[] =>
  (run.state().preflight?.findings ?? []).filter((finding) => finding.level === 'blocks').map(({ code }) => code);

describe.each(versions)('on PostgreSQL %i, before anything is changed, with 3', (version) => {
  it('a table that is missing', async () => {
    const database = await createDatabase(version);
    const run = await startRun(database, plan);
    expect((await run.end()).outcome?.status).toBe(3);
    expect(run.state().preflight?.findings.some((each) => each.level === 'blocks' && /dishes/.test(each.what))).toBe(
      true,
    );
    expect((await database.statementLog()).filter(({ text }) => /^CREATE INDEX/.test(text))).toEqual([]);
  });

  it('a role without the right to build', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE dishes (id int, name text)');
    const role = `guest_${database.name}`;
    await database.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'p'`);
    try {
      const run = await startRun(database, plan, { connection: { user: role, password: 'p' } });
      expect((await run.end()).outcome?.status).toBe(3);
      expect(codes(run).length).toBeGreaterThan(0);
    } finally {
      await database.sql(`DROP ROLE ${role}`);
    }
  });

  it('another engine at work', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE dishes (id int, name text)');
    const first = await startRun(database, plan);
    await first.until((state) => state.phase === 'ready');
    const second = await startRun(database, plan);
    expect((await second.end()).outcome?.status).toBe(3);
    expect(second.state().preflight?.findings.find((each) => each.level === 'blocks')?.what).toMatch(
      /Another indexdeck is at work/,
    );
    await first.go();
    expect((await first.end()).outcome?.status).toBe(0);
  });
});

it('a standby', async () => {
  const { primary, standby } = await startStandby(18);
  const server = { ...standby, host: standby.host, port: standby.port, user: standby.user, password: standby.password };
  expect(primary.port).not.toBe(standby.port);
  const database = { name: 'postgres', server } as unknown as Parameters<typeof startRun>[0];
  const run = await startRun(database, plan);
  expect((await run.end()).outcome?.status).toBe(3);
  expect(codes(run)).toContain('standby');
});

it('a server that is out of reach', async () => {
  const database = await createDatabase(18);
  const run = await startRun(database, plan, { connection: { port: 1 } });
  const state = await run.end();
  expect(state.outcome?.status).toBe(3);
  expect(state.preflightError?.error.message).toMatch(/ECONNREFUSED/);
});
