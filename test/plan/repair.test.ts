import { describe, expect, test } from 'vitest';
import { type Include, readPlan, repairPlan } from '../../src/plan/index.ts';
import { corpus } from './corpus.ts';

const nowhere: Include = () => ({ error: 'there is no such file' });
const OPTIONS = { makeConcurrent: false };

function repaired(sql: string): string {
  const { files } = repairPlan([{ path: 'plan.sql', bytes: Buffer.from(sql) }], nowhere, OPTIONS);
  return files[0]?.after ?? sql;
}

describe('what can be mended for sure is mended, and nothing else changes', () => {
  test.each([
    ['CREATE INDEX i ON t (a);\n', 'CREATE INDEX CONCURRENTLY i ON t (a);\n'],
    ['CREATE UNIQUE INDEX /* x */ i -- y\n ON t (a);', 'CREATE UNIQUE INDEX CONCURRENTLY /* x */ i -- y\n ON t (a);'],
    [
      '-- one\nBEGIN;\n  CREATE INDEX CONCURRENTLY i ON t (a); -- done\nCOMMIT; -- and out\n',
      '-- one\n  CREATE INDEX CONCURRENTLY i ON t (a); -- done\n -- and out\n',
    ],
    [
      "BEGIN;\nSET LOCAL work_mem = '1MB';\nCREATE INDEX CONCURRENTLY i ON t (a);\nCOMMIT;\n",
      "SET work_mem = '1MB';\nCREATE INDEX CONCURRENTLY i ON t (a);\nRESET work_mem;\n",
    ],
    [
      'CREATE INDEX i CONCURRENTLY ON t (a || b) WHERE c INCLUDE (d);\n',
      'CREATE INDEX CONCURRENTLY i ON t ((a || b)) INCLUDE (d) WHERE c;\n',
    ],
    [
      'CREATE INDEX i ON t (a)\nCREATE INDEX j ON t (b);\n',
      'CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX CONCURRENTLY j ON t (b);\n',
    ],
    [
      'CREATE INDEX CONCURRENTLY i ON t (a) INCLUDE (b) -- not this\n WHERE c WITH (fillfactor = 70);\n',
      'CREATE INDEX CONCURRENTLY i ON t (a) INCLUDE (b) WITH (fillfactor = 70) WHERE c;\n',
    ],
    [
      '  CREATE INDEX CONCURRENTLY i ON t (a);\r\n  CREATE INDEX CONCURRENTLY i ON t (a);\r\n',
      '  CREATE INDEX CONCURRENTLY i ON t (a);\r\n  -- indexdeck: i stands in the plan twice, first at line 1. Take one of them out.\r\n  CREATE INDEX CONCURRENTLY i ON t (a);\r\n',
    ],
    [
      'CREATE INDEX CONCURRENTLY i ON t (a);\nDROP TABLE t;\n',
      'CREATE INDEX CONCURRENTLY i ON t (a);\nDROP TABLE t;\n',
    ],
  ])('%j', (before, after) => {
    expect(repaired(before)).toBe(after);
  });
});

test('what is mended is never worse, and mended once it stays as it is', () => {
  for (const { path, bytes } of corpus) {
    const { plan, files } = repairPlan([{ path, bytes }], nowhere, OPTIONS);
    const after = files[0]?.after;
    if (after === undefined) continue;
    const again = repairPlan([{ path, bytes: Buffer.from(after) }], nowhere, OPTIONS);
    expect(again.plan.problems.length).toBeLessThanOrEqual(plan.problems.length);
    expect(again.plan.findings.filter(({ code }) => code === 'not-concurrent')).toEqual([]);
    const left = again.files[0]?.after.replace(/^\s*-- indexdeck:.*\n/gm, '') ?? '';
    expect(left === '' || left === after.replace(/^\s*-- indexdeck:.*\n/gm, '')).toBe(true);
  }
});

test('the same indexes are built', () => {
  const names = (bytes: Uint8Array, path: string) =>
    readPlan([{ path, bytes }], nowhere, { makeConcurrent: true })
      .sections.flatMap(({ steps }) => steps)
      .flatMap((step) => (step.kind === 'create-index' ? [step.buildSql] : []));
  for (const { path, bytes } of corpus) {
    const { plan, files } = repairPlan([{ path, bytes }], nowhere, OPTIONS);
    if (plan.problems.length > 0 || files[0] === undefined) continue;
    expect(names(Buffer.from(files[0].after), path)).toEqual(names(bytes, path));
  }
});
