import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probesOf } from '../../../src/cli/options/probes.ts';
import type { Cluster } from '../../../src/demo/cluster.ts';
import { loadDemo } from '../../../src/demo/load.ts';
import { startTraffic } from '../../../src/demo/traffic.ts';
import { type CatalogEntry, catalogOf, type IndexEntry, indexesOf, withoutLedger } from '../../support/catalog.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { demoPlanText, PLANNED, plainStatements, plannedIndexes } from '../../support/planned-indexes.ts';
import { planFrom, sessionsOf, startRun, type TestRun } from '../../support/run.ts';
import { createServer, preparedFolder, versions } from '../../support/server.ts';

const text = demoPlanText;
/** Everybody's waits are that much shorter: with 58 builds that wait for each open transaction, it adds up. */
const PACE = 5;

/** The text cut where a section begins, and where the last one ends. */
const parts = text.split(/^(?=-- -{20,}\n-- SECTION |-- ={20,}\n-- VALIDATION$)/m);

/** What somebody makes of it who thinks that a section is all or nothing. */
const wrapped = parts
  .map((part) => {
    const heading = /^-- -+\n-- SECTION .*\n-- -+\n/.exec(part)?.[0];
    return heading === undefined ? part : `${heading}BEGIN;\n${part.slice(heading.length).trimEnd()}\nCOMMIT;\n\n`;
  })
  .join('');

interface Deployed {
  run: TestRun;
  database: TestDatabase;
  before: CatalogEntry[];
  orders: number;
}

const ordersIn = async (database: TestDatabase): Promise<number> =>
  (await database.sql('SELECT count(*)::int AS n FROM menuca_v3.orders'))[0].n;

const deploy = async (database: TestDatabase, sql: string, seed: number): Promise<Deployed> => {
  const before = await catalogOf(database);
  const orders = await ordersIn(database);
  const traffic = await startTraffic(database.connectionString, seed, PACE);
  try {
    const probes = probesOf(await planFrom(sql));
    const run = await startRun(database, sql, { options: { jobs: 4, probes } });
    await run.go();
    await run.end(100_000);
    return { run, database, before, orders: (await ordersIn(database)) - orders };
  } finally {
    await traffic.stop();
  }
};

const expectDeployed = async ({ run, database, before, orders }: Deployed, planned: IndexEntry[]): Promise<void> => {
  expect(run.state().outcome).toMatchObject({ status: 0 });
  expect(run.state().verify?.results.map(({ ok }) => ok)).toEqual(Array(PLANNED).fill(true));
  expect(run.of('build.finished')).toHaveLength(PLANNED);
  // The shop was open, and builds had to wait for it.
  expect(orders).toBeGreaterThan(10);
  expect(run.of('build.phase_entered').some(({ phase }) => phase.startsWith('waiting for '))).toBe(true);
  expect(run.of('validation.finished').map(({ ok }) => ok)).toEqual(Array(6).fill(true));
  expect(run.state().probes.map(({ after }) => after?.verdict?.ok)).toEqual(Array(4).fill(true));
  expect(await sessionsOf(database)).toEqual([]);

  const names = new Set(planned.map(({ name }) => name));
  // Besides the indexes there is the ledger now, and nothing else.
  const { ledger, rest } = withoutLedger(await catalogOf(database));
  expect(rest.filter(({ owner }) => !names.has(owner))).toEqual(before);
  expect(ledger.map(({ text }) => text)).toContain('pg_namespace indexdeck');
  expect((await indexesOf(database)).filter(({ name }) => names.has(name))).toEqual(planned);
};

it('the variant wraps every section', () => {
  expect(parts).toHaveLength(12);
  expect(wrapped.match(/^BEGIN;$/gm)).toHaveLength(10);
  expect(wrapped.match(/^COMMIT;$/gm)).toHaveLength(10);
  expect(wrapped.replace(/^(BEGIN|COMMIT);$/gm, '').replace(/\s+/g, ' ')).toBe(text.replace(/\s+/g, ' '));
  expect(plainStatements).toHaveLength(PLANNED);
});

it('wrapped in transactions it is the same plan, with one warning that names the lines', async () => {
  const [asShipped, asWrapped] = [await planFrom(text), await planFrom(wrapped)];
  expect(asShipped.findings.filter(({ level }) => level !== 'note')).toEqual([]);
  expect(asWrapped.fingerprint).toBe(asShipped.fingerprint);
  expect(asWrapped.sections.map(({ title, steps }) => [title, steps.length])).toEqual(
    asShipped.sections.map(({ title, steps }) => [title, steps.length]),
  );
  const lines = wrapped.split('\n').flatMap((line, at) => (/^(BEGIN|COMMIT);$/.test(line) ? [at + 1] : []));
  const warnings = asWrapped.findings.filter(({ level }) => level === 'warning');
  expect(warnings.map(({ code }) => code)).toEqual(['transaction-left-out']);
  expect(warnings[0]?.what.match(/\d+/g)?.map(Number)).toEqual(lines);
  expect(asWrapped.leftOut.map(({ line }) => line)).toEqual(lines);
});

// A server of its own: several gates look at the whole server, and other tests are no traffic.
describe.each(versions)('the demo plan on PostgreSQL %i, under traffic', (version) => {
  let server: Cluster;
  let template: string;

  beforeAll(async () => {
    server = await createServer({ version, copyOf: preparedFolder(version) });
    const database = await createDatabase(version, { server });
    await loadDemo(database.connectionString, { scale: 0.1 });
    template = database.name;
  });
  afterAll(() => server?.destroy());

  it('as shipped, and with each section in a transaction: every index is there, valid and as planned', async () => {
    const [reference, first, second] = [
      await createDatabase(version, { server, template }),
      await createDatabase(version, { server, template }),
      await createDatabase(version, { server, template }),
    ];
    const planned = await plannedIndexes(reference);
    const [asShipped, asWrapped] = await Promise.all([deploy(first, text, 1), deploy(second, wrapped, 2)]);
    await expectDeployed(asShipped, planned);
    await expectDeployed(asWrapped, planned);
    expect(asWrapped.run.state().plan.fingerprint).toBe(asShipped.run.state().plan.fingerprint);
    const warned = asWrapped.run.state().preflight?.findings.map(({ code }) => code);
    expect(warned).toContain('transaction-left-out');
    const sent = [...(await first.statementLog()), ...(await second.statementLog())].filter(({ application }) =>
      application.startsWith('indexdeck '),
    );
    expect(sent.filter(({ text }) => /^\s*(BEGIN|START|COMMIT|END)\b/i.test(text))).toEqual([]);
  }, 150_000);
});
