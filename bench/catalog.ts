/**
 * What `check` of a plan takes on a large catalog: 20,000 tables with 100,000 indexes, against a catalog that holds little more
 * than the plan's tables, and how many statements it sends for plans of 3 and of 58 indexes. The catalog is a fresh one that
 * nobody has analysed, and then one that autovacuum has been through; and a plan on a table of 1,000 partitions.
 * `node bench/catalog.ts [tables] [rounds]`
 */
import pg from 'pg';
import { lookAt } from '../src/cli/check/look.ts';
import { type Cluster, createCluster } from '../src/demo/cluster.ts';
import { Session } from '../src/engine/session.ts';
import { loadParser, type Plan, readPlan } from '../src/plan/index.ts';

const TABLES = Number(process.argv[2] ?? 20_000);
const ROUNDS = Number(process.argv[3] ?? 5);
/** Of each table, its primary key among them. */
const INDEXES = 5;
const PLANNED = 58;
const BATCH = 500;

const tablesSql = (from: number, to: number): string => `
  DO $$ BEGIN FOR n IN ${from}..${to} LOOP
    EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a int, b int, c int, at timestamptz, active bool)', n);
    EXECUTE format('CREATE INDEX t%1$s_a ON t%1$s (a); CREATE INDEX t%1$s_ab ON t%1$s (a, b);'
      'CREATE INDEX t%1$s_at ON t%1$s (at DESC); CREATE INDEX t%1$s_c ON t%1$s (c) WHERE active', n);
  END LOOP; END $$`;

/** Every fourth has an expression, or is there under another name, or begins another one: what costs most to look at. */
const indexOn = (n: number): string => {
  const keys = ['(b, c)', '((a + b))', '(c) WHERE active', '(b)'][n % 4];
  return `CREATE INDEX CONCURRENTLY planned_${n} ON t${(n % 20) + 1} ${keys};`;
};

const PARTITIONS = 1_000;

const partitionedSql = `CREATE TABLE parted (id int, a int, b int) PARTITION BY LIST (id);
  DO $$ BEGIN FOR n IN 1..${PARTITIONS} LOOP
    EXECUTE format('CREATE TABLE parted_%1$s PARTITION OF parted FOR VALUES IN (%1$s)', n);
    EXECUTE format('CREATE INDEX ON parted_%1$s (a); CREATE INDEX ON parted_%1$s (b, a)', n);
  END LOOP; END $$`;

const partitionedPlan = (count: number): string =>
  Array.from({ length: count }, (_, n) => `CREATE INDEX CONCURRENTLY parted_${n} ON parted (a, (b + ${n}));`).join(
    '\n',
  );

const planOf = (count: number): Plan => read(Array.from({ length: count }, (_, n) => indexOn(n)).join('\n'));

const read = (text: string): Plan => {
  const noFile = () => ({ error: 'no file is included' });
  return readPlan([{ path: 'plan.sql', bytes: Buffer.from(text) }], noFile, { makeConcurrent: false });
};

let statements = 0;
const query = Session.prototype.query;
Session.prototype.query = function counted(...args) {
  statements += 1;
  return query.apply(this, args);
};

interface Measured {
  medianMs: number;
  worstMs: number;
  statements: number;
  findings: number;
}

const measure = async ({ host, port, user, password }: Cluster, database: string, plan: Plan): Promise<Measured> => {
  const connection = { host, port, user, password, database };
  const times: number[] = [];
  let findings = 0;
  for (let round = 0; round < ROUNDS; round++) {
    statements = 0;
    const began = performance.now();
    const looked = await lookAt(connection, plan, { given: {}, backup: null, matches: null }, false);
    times.push(performance.now() - began);
    findings = looked.findings.length;
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (nth: number) => sorted[nth] ?? Number.NaN;
  return { medianMs: at(Math.floor(ROUNDS / 2)), worstMs: at(ROUNDS - 1), statements, findings };
};

const say = (what: string, { medianMs, worstMs, statements: sent, findings }: Measured): void => {
  const time = `median ${medianMs.toFixed(0).padStart(5)} ms, worst ${worstMs.toFixed(0).padStart(5)} ms`;
  process.stdout.write(`${what.padEnd(56)}${time}, ${sent} statements, ${findings} findings\n`);
};

await loadParser();
const cluster = await createCluster({
  password: 'bench',
  settings: {
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    max_wal_size: '8GB',
    autovacuum: 'off',
  },
});
try {
  const admin = new pg.Client(cluster.url('postgres'));
  await admin.connect();
  const filled = async (name: string, tables: number): Promise<pg.Client> => {
    await admin.query(`CREATE DATABASE ${name}`);
    const client = new pg.Client(cluster.url(name));
    await client.connect();
    for (let from = 1; from <= tables; from += BATCH)
      await client.query(tablesSql(from, Math.min(tables, from + BATCH - 1)));
    return client;
  };
  const small = await filled('small', 20);
  await small.query('VACUUM ANALYZE');
  const beside = await measure(cluster, 'small', planOf(PLANNED));
  say(`20 tables, ${PLANNED} indexes planned`, beside);
  const large = await filled('large', TABLES);
  const [counted] = (await large.query("SELECT count(*) FROM pg_class WHERE relkind = 'i' AND relname LIKE 't%'")).rows;
  const catalog = `${TABLES} tables, ${counted.count} indexes`;
  say(`${catalog}, not analysed, ${PLANNED} planned`, await measure(cluster, 'large', planOf(PLANNED)));
  await large.query('VACUUM ANALYZE');
  say(`${catalog}, 3 planned`, await measure(cluster, 'large', planOf(3)));
  const whole = await measure(cluster, 'large', planOf(PLANNED));
  say(`${catalog}, ${PLANNED} planned`, whole);
  await large.query(partitionedSql);
  await large.query('VACUUM ANALYZE');
  say(`${PARTITIONS} partitions, 1 planned`, await measure(cluster, 'large', read(partitionedPlan(1))));
  say(`${PARTITIONS} partitions, 3 planned`, await measure(cluster, 'large', read(partitionedPlan(3))));
  process.stdout.write(
    `${(whole.medianMs / beside.medianMs).toFixed(1)} times as long as on 20 tables; ` +
      `${INDEXES * TABLES} indexes were meant, the aim is under 2000 ms\n`,
  );
  if (process.argv.includes('--keep')) {
    process.stdout.write(`${cluster.url('large')} is kept: press Ctrl-C to end it\n`);
    await new Promise(() => undefined);
  }
  await Promise.all([small.end(), large.end(), admin.end()]);
} finally {
  await cluster.destroy();
}
