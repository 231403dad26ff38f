import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPlan, type Include, planDiffers, type SourceFile } from '../../src/plan/index.ts';
import { corpus } from './corpus.ts';
import { plan } from './support.ts';

const nowhere: Include = () => ({ error: 'there is no such file' });

function format(
  files: Readonly<Record<string, string>>,
  options: { makeConcurrent?: boolean; onlyIndexes?: boolean } = {},
) {
  const sources: SourceFile[] = Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  const include: Include = (path) => {
    const text = files[path];
    return text === undefined ? { error: 'there is no such file' } : { path, bytes: Buffer.from(text) };
  };
  const named = sources.filter(({ path }) => !path.startsWith('included'));
  return formatPlan(named, include, { makeConcurrent: false, ...options });
}

function written(files: Readonly<Record<string, string>>, options = {}): string {
  const formatted = format(files, options);
  if (!formatted.ok) throw new Error(`${formatted.why}: ${JSON.stringify(formatted.plan.problems)}`);
  return formatted.sql;
}

test('every good plan of the corpus is the same when it is written back', () => {
  let good = 0;
  for (const { path, bytes } of corpus) {
    for (const onlyIndexes of [false, true]) {
      const options = { makeConcurrent: onlyIndexes, onlyIndexes, allowDrops: onlyIndexes };
      const formatted = formatPlan([{ path, bytes }], nowhere, options);
      if (formatted.plan.problems.length > 0) continue;
      good++;
      expect({ path, ...(formatted.ok ? {} : { why: formatted.why }) }).toEqual({ path });
    }
  }
  expect(good).toBeGreaterThan(100);
});

test('several at once too', () => {
  const good = corpus.filter(
    ({ path, bytes }) => formatPlan([{ path, bytes }], nowhere, { makeConcurrent: false, onlyIndexes: true }).ok,
  );
  fc.assert(
    fc.property(fc.shuffledSubarray(good, { minLength: 2, maxLength: 8 }), fc.boolean(), (files, makeConcurrent) => {
      const formatted = formatPlan(files, nowhere, { makeConcurrent, onlyIndexes: true });
      expect(formatted.ok ? '' : formatted.why).toBe('');
    }),
    { numRuns: 300 },
  );
});

const BIT = fc.constantFrom(
  ...[
    'CREATE INDEX CONCURRENTLY i ON t (a);',
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS j ON t (a) -- why\n;',
    'create /* here */ index k on s.t using gin (b) where c;',
    'ANALYZE t;',
    "COMMENT ON INDEX i IS ';--';",
    "SELECT $$;$$, E'\\';' ;",
    'EXPLAIN SELECT 1;',
    "SET work_mem = '1MB';",
    "SET LOCAL work_mem = '2MB';",
    'RESET work_mem;',
    'BEGIN;',
    'COMMIT;',
    ';;',
  ],
  ...[
    '\\timing\n',
    "\n\\echo '[2/3] Orders'\n",
    '-- SECTION 1: Users\n',
    '-- Abschnitt 2: x; y\n-- a note\n',
    '-- ====\n-- Title\n-- ====\n',
    '-- a remark\n',
    '/* Reports */\n',
    '-- ===\n-- END\n-- ===\n',
    '\n',
    '\n\n\n',
    ' ',
    '\r\n',
  ],
);

test('any plan is the same when it is written back', () => {
  let good = 0;
  fc.assert(
    fc.property(fc.array(BIT, { minLength: 1, maxLength: 14 }), fc.array(BIT, { maxLength: 6 }), (first, second) => {
      const files = { '1.sql': first.join(''), ...(second.length > 0 ? { '2.sql': second.join('') } : {}) };
      const formatted = format(files, { makeConcurrent: true });
      const steps = formatted.plan.sections.flatMap((section) => section.steps);
      // Settings alone are no plan: there is nothing that they would stand under.
      if (formatted.plan.problems.length > 0 || steps.every(({ kind }) => kind === 'set')) return;
      good++;
      expect(formatted.ok ? '' : formatted.why).toBe('');
      if (!formatted.ok) return;
      expect(planDiffers(formatted.plan, plan(formatted.sql))).toBeNull();
      expect(written({ 'x.sql': formatted.sql })).toBe(formatted.sql);
    }),
    { numRuns: 2000 },
  );
  expect(good).toBeGreaterThan(800);
});

describe('what is written', () => {
  test('statements and comments stay as and where they were; what was left out goes', () => {
    const script = `-- Indexes of the shop.
\\timing on
BEGIN;
-- SECTION 1: Users
-- who logs in
CREATE INDEX CONCURRENTLY i   -- the first
  ON users (a) ;   -- done

COMMIT;
/* for the search */ CREATE INDEX CONCURRENTLY j ON users (b)`;
    expect(written({ 'plan.sql': script })).toBe(`-- Indexes of the shop.

-- SECTION 1: Users
-- who logs in
CREATE INDEX CONCURRENTLY i   -- the first
  ON users (a) ;   -- done

/* for the search */ CREATE INDEX CONCURRENTLY j ON users (b);
`);
  });

  test('several files and what they include become one script, their names headings', () => {
    const sql = written({
      '1.sql': 'CREATE INDEX CONCURRENTLY i ON t (a);\n\\i included.sql\nCREATE INDEX CONCURRENTLY k ON t (c);\n',
      'included.sql': '-- SECTION 1: Inside\nCREATE INDEX CONCURRENTLY j ON t (b);\n',
      '2.sql': '-- only a comment\nANALYZE t;\n',
    });
    expect(plan(sql).sections.map(({ title, steps }) => [title, steps.length])).toEqual([
      ['1.sql', 1],
      ['Inside', 1],
      ['1.sql', 1],
      ['2.sql', 1],
    ]);
    expect(sql).toContain('-- only a comment');
  });

  test('CONCURRENTLY where it was made so, and BEGIN where SET LOCAL needs it', () => {
    const sql = written(
      { 'plan.sql': "BEGIN; CREATE INDEX i ON t (a); COMMIT;\nBEGIN; SET LOCAL work_mem = '1MB'; ANALYZE t; COMMIT;" },
      { makeConcurrent: true },
    );
    expect(sql).toContain('CREATE INDEX CONCURRENTLY i ON t (a);');
    expect(sql.match(/BEGIN|COMMIT/g)).toEqual(['BEGIN', 'COMMIT']);
  });

  test('a way back and the marks of its tool are not in it', () => {
    const sql = written({
      '1_x.sql':
        '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON t (a)\n-- +goose Down\n-- back\nDROP INDEX i;\n',
    });
    expect(sql).not.toMatch(/goose|DROP|back/);
  });

  test('a plan with problems is not written', () => {
    expect(format({ 'plan.sql': 'DROP TABLE t;' })).toMatchObject({ ok: false, why: 'it has problems' });
  });
});
