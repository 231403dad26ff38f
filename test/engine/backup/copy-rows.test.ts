import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CopyRows } from '../../../src/engine/backup/copy-rows.ts';

const ARCHIVE = `--
-- PostgreSQL database dump
--
SET client_encoding = 'UTF8';

COPY public.dishes (id, name) FROM stdin;
1\tsoup
2\tCOPY public.fake (a) FROM stdin;
3\t\\\\.
\\N\t\\N
\\.


COPY public.empty (a) FROM stdin;
\\.

COPY public.no_columns  FROM stdin;


\\.

COPY "Other ""one"""."Odd.table (x)" ("a b") FROM stdin;
\\\\.
\\.

SELECT pg_catalog.setval('public.s', 1, false);
`;

const EXPECTED = [
  { schema: 'public', table: 'dishes', rows: 4 },
  { schema: 'public', table: 'empty', rows: 0 },
  { schema: 'public', table: 'no_columns', rows: 2 },
  { schema: 'Other "one"', table: 'Odd.table (x)', rows: 1 },
];

test('rows are counted, in whatever pieces they come', () => {
  const bytes = Buffer.from(ARCHIVE);
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(sizes, (each) => {
      const rows = new CopyRows();
      for (let at = 0, n = 0; at < bytes.length; n++) {
        const size = each[n % each.length] ?? 1;
        rows.add(bytes.subarray(at, at + size));
        at += size;
      }
      expect(rows.tables).toEqual(EXPECTED);
    }),
  );
});
