import fc from 'fast-check';
import { parseSync } from 'libpg-query';
import { describe, expect, test } from 'vitest';
import { describePlan, type Plan, planToJson } from '../../src/plan/index.ts';
import { lexemeAt } from '../../src/plan/lexer.ts';
import { split } from '../../src/plan/split.ts';
import { indexes, plan } from './support.ts';

/** Bits of SQL that are read in different ways depending on what stands before them. */
const BITS = [
  ...[
    "'",
    '"',
    '$$',
    '$a$',
    '$1',
    "E'",
    "e'",
    "U&'",
    "N'",
    'U&"',
    '\\',
    "\\'",
    "''",
    '--',
    '/*',
    '*/',
    ';',
    '(',
    ')',
    ':',
    '::',
    ':=',
    ':a',
  ],
  ...[
    '\n',
    '\r',
    '\r\n',
    ' ',
    '\t',
    '\u00a0',
    '\0',
    '\uFEFF',
    'é',
    '😀',
    '1',
    '1e',
    '0x1',
    '1.',
    'a$$',
    '_',
    '*',
    '+',
    '-',
    '/',
    '@',
    '|',
  ],
  ...[
    'SELECT 1',
    'DROP TABLE t',
    'CREATE INDEX CONCURRENTLY i ON t (a)',
    'BEGIN',
    'ATOMIC',
    'END',
    'CASE',
    'CREATE FUNCTION f()',
    'CREATE RULE r',
  ],
  ...[
    '\n\\echo x',
    '\\g',
    '\n\\i x\n',
    '\n\\.\n',
    'COPY t FROM stdin;',
    '-- SECTION 1: X\n',
    '-- ====\n',
    '/* Title */',
    'SET a = 1',
    'ANALYZE',
  ],
];
const soup = fc.array(fc.constantFrom(...BITS), { maxLength: 40 }).map((bits) => bits.join(''));

function everything(read: Plan): number {
  const steps = read.sections.reduce((n, section) => n + section.steps.length, 0);
  return steps + read.validations.length + read.leftOut.length + read.problems.length;
}

describe('whatever the bytes', () => {
  test('random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const read = plan(bytes);
        expect(everything(read)).toBeGreaterThan(0);
        describePlan(read);
      }),
      { numRuns: 1000 },
    );
  });

  test('soup never throws, and what is printed cannot steer a terminal', () => {
    fc.assert(
      fc.property(soup, (sql) => {
        const read = plan(sql);
        expect(everything(read)).toBeGreaterThan(0);
        expect(describePlan(read)).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f]/);
        JSON.stringify(planToJson(read));
      }),
      { numRuns: 2000 },
    );
  });

  test('nothing but space and separators is lost between the pieces', () => {
    fc.assert(
      fc.property(soup, (sql) => {
        const left = sql.split('');
        for (const { start, end } of split(sql)) for (let i = start; i < end; i++) left[i] = ' ';
        // What no piece covers may be comments between a statement's last token and its semicolon, too.
        const rest = left.join('');
        for (let at = 0; at < rest.length; at = lexemeAt(rest, at).end) {
          expect(['space', 'semicolon', 'line-comment', 'block-comment']).toContain(lexemeAt(rest, at).kind);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** Expressions that hide semicolons, quotes and comments in each other. */
const EXPRESSION = fc.constantFrom(
  ...[
    "';'",
    "''';'",
    "E'\\';'",
    "E'a\\\\'",
    "e'--\\n'",
    '";" AS ";"',
    '$$;$$',
    '$a$;$$;$a$',
    '$_é$;$_é$',
    "U&'\\0041;'",
    "N';'",
    "B'01'",
    "'\\'",
  ],
  ...[
    '1 /* ; */',
    '1 /* /* ; */ */',
    "1 -- ;'\n",
    '1e10',
    '1.5',
    '.5',
    '0x1F',
    '1_000',
    '$1',
    'a$$ FROM t',
    '"a""b;"',
    "'a'\n  ';b'",
    "E'a'\n'\\';'",
  ],
  ...[
    '1+-1',
    '2*/* ; */3',
    '1 - -1',
    'a::text',
    'a[1:2]',
    '(1)',
    "'😀;'",
    '(SELECT 1)',
    'é',
    "x'1F'",
    '1-/*;*/-1',
    '@-1',
    '1<-1',
  ],
);
const SELECT = fc.array(EXPRESSION, { minLength: 1, maxLength: 4 }).map((list) => `SELECT ${list.join(', ')}`);
const SCRIPT = fc.array(fc.tuple(SELECT, fc.constantFrom(';', ' ;\n', ';-- ;\n', ';/* ; */', ';;')), {
  minLength: 1,
  maxLength: 5,
});

test('statements end where PostgreSQL says that they end', () => {
  let compared = 0;
  fc.assert(
    fc.property(SCRIPT, (parts) => {
      const sql = parts.flat().join('');
      let server: { stmts?: { stmt_location?: number; stmt_len?: number }[] };
      try {
        server = parseSync(sql) as typeof server;
      } catch {
        return;
      }
      compared++;
      const bytes = Buffer.from(sql);
      const ours = [...split(sql)].filter((piece) => piece.type === 'statement');
      expect(ours).toHaveLength(server.stmts?.length ?? 0);
      for (const [i, { start, end }] of ours.entries()) {
        const { stmt_location: at = 0, stmt_len: length } = server.stmts?.[i] ?? {};
        const theirs = bytes.subarray(at, length === undefined ? undefined : at + length).toString();
        expect(theirs.includes(sql.slice(start, end))).toBe(true);
      }
    }),
    { numRuns: 1500 },
  );
  expect(compared).toBeGreaterThan(300);
});

/** Statements with where they must turn up. */
const STATEMENT = fc.constantFrom(
  ...([
    ['CREATE INDEX CONCURRENTLY i ON t (a)', 'step'],
    ['ANALYZE t', 'step'],
    ['SET work_mem = 1', 'step'],
    ["COMMENT ON INDEX i IS ';'", 'step'],
    ['SELECT $$;$$', 'validation'],
    ['EXPLAIN SELECT 1', 'validation'],
    ['BEGIN', 'leftOut'],
    ['DROP TABLE "a;b"', 'problem'],
    ['CREATE INDEX oops', 'problem'],
    ['DO $x$ begin; end $x$', 'problem'],
    ['SELECT nextval($$s$$)', 'problem'],
    ['SELECT :x', 'problem'],
  ] as const),
);
const NOISE = fc.constantFrom(
  '',
  '\n',
  ' -- ;\n',
  "/* ' */",
  '\n-- DROP TABLE t;\n',
  '\n/* CREATE INDEX no ON t (a); */\n',
  '\n-- SECTION 1: X\n',
  ';',
  '\n--é😀\n',
);

const LAST = '\nCREATE INDEX CONCURRENTLY last ON t (a)';

test('every statement of a script turns up exactly once', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(NOISE, STATEMENT, NOISE), { minLength: 1, maxLength: 12 }), (parts) => {
      const read = plan(parts.map(([before, [sql], after]) => `${before}${sql};${after}`).join('') + LAST);
      const count = (where: string) => parts.filter(([, [, kind]]) => kind === where).length;
      expect(read.sections.flatMap(({ steps }) => steps)).toHaveLength(count('step') + 1);
      expect(read.validations).toHaveLength(count('validation'));
      expect(read.leftOut).toHaveLength(count('leftOut'));
      expect(read.problems).toHaveLength(count('problem'));
    }),
    { numRuns: 500 },
  );
});

test('a statement in a comment, a string or a body is none', () => {
  const hidden = fc.constantFrom(
    'CREATE INDEX CONCURRENTLY x ON t (a);',
    'DROP TABLE t;',
    '; DROP TABLE t; --',
    "it''s; DROP TABLE t;",
  );
  const wrap = fc.constantFrom<(sql: string) => string>(
    (sql) => `/* ${sql} */`,
    (sql) => `/* /* ${sql} */ */`,
    (sql) => `-- ${sql}\n`,
    (sql) => `SELECT '${sql}';`,
    (sql) => `SELECT E'\\' ${sql}';`,
    (sql) => `SELECT $q$${sql}$q$;`,
    (sql) => `SELECT 1 AS "${sql}";`,
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(wrap, hidden), { maxLength: 8 }), (parts) => {
      const read = plan(
        `${parts.map(([into, sql]) => into(sql)).join('\n')}\nCREATE INDEX CONCURRENTLY sole ON t (a);`,
      );
      expect(read.problems).toEqual([]);
      expect(indexes(read).map(({ name }) => name)).toEqual(['sole']);
    }),
  );
});

test('places are right after any text', () => {
  const prefix = fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .filter((text) => text.isWellFormed() && !/[\0\r]|\*\/|\/\*/.test(text));
  fc.assert(
    fc.property(prefix, fc.boolean(), (text, bom) => {
      const before = `/* ${text} */`;
      const read = plan(`${bom ? '\uFEFF' : ''}${before}CREATE INDEX CONCURRENTLY i ON t (a)`);
      const lines = before.split('\n');
      expect(indexes(read)).toMatchObject([{ line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1 }]);
    }),
    { numRuns: 500 },
  );
});
