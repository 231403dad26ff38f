import { beforeAll, expect, it } from 'vitest';
import { describeCheck } from '../../src/cli/check/describe.ts';
import { loadParser, readPlan } from '../../src/plan/index.ts';
import type { PreflightFacts } from '../../src/run/index.ts';
import { preflightSummary } from '../../src/run/index.ts';

beforeAll(loadParser);

const noFile = () => ({ error: 'no file is included' });

it('of a thousand partitions the largest are printed, and the others counted', () => {
  const bytes = Buffer.from('CREATE INDEX CONCURRENTLY i ON orders (a);');
  const plan = readPlan([{ path: 'plan.sql', bytes }], noFile, { makeConcurrent: false });
  const table = (oid: number, name: string, size: number | null) => ({
    ...{ oid, schema: 'public', name, rows: size, bytes: size },
  });
  const partitions = Array.from({ length: 1000 }, (_, n) => table(n + 2, `orders_${n}`, n === 0 ? null : n * 1024));
  const preflight: PreflightFacts = {
    findings: [],
    server: { version: '18.4', versionNum: 180004, startedAt: null, superuser: false, monitor: true },
    tables: [table(1, 'orders', null), ...partitions],
    steps: [{ step: 0, tableOid: 1, found: { kind: 'none' } }],
    settings: [],
  };
  const summary = preflightSummary({ plan, preflight, findings: [], jobs: 2 });
  const lines = describeCheck({ plan, database: null, preflight, findings: [], summary }, null);
  const listed = lines.slice(
    lines.indexOf('Tables, as the catalog estimates them:') + 1,
    lines.indexOf('Findings:') - 1,
  );
  expect(listed).toHaveLength(12);
  expect(listed[0]).toMatch(/^ {2}public\.orders +rows unknown, size unknown$/);
  expect(listed[1]).toMatch(/^ {2}public\.orders_999 +about /);
  expect(listed.at(-1)).toBe('  and 990 partitions more');
});
