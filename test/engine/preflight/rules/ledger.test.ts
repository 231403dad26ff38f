import { expect, test } from 'vitest';
import { ledger } from '../../../../src/engine/preflight/rules/ledger.ts';
import type { LedgerSchemaRow } from '../../../../src/queries/ledger_schema.ts';
import { factsWhere } from '../facts.ts';
import { runOptions } from '../support.ts';

const state = (more: Partial<LedgerSchemaRow> = {}): LedgerSchemaRow => ({
  user: 'Deploy',
  database: 'menuca',
  utf8: true,
  exists: true,
  ledger: true,
  others: 0,
  may_create_schema: false,
  may_use: true,
  may_create: false,
  unwritable: [],
  ...more,
});

const options = runOptions({ ledger: { schema: 'The ledger' } });
const said = (row: LedgerSchemaRow) => ledger(factsWhere({ options, ledger: row }));

test('nothing is said of a ledger that nobody wants', () => {
  expect(ledger(factsWhere())).toEqual([]);
});

test('one that is there, or can be made, is as it should be: no more rights than needed', () => {
  const absent = { exists: false, ledger: false, may_use: false };
  for (const row of [
    state(),
    state({ ...absent, may_create_schema: true }),
    state({ ledger: false, may_create: true }),
  ])
    expect(said(row)).toMatchObject([{ level: 'ok', code: 'ledger' }]);
});

test.each<[string, Partial<LedgerSchemaRow>, RegExp, RegExp]>([
  [
    'no right to make the schema',
    { exists: false, ledger: false, may_use: false },
    /^Deploy may not create the schema The ledger in the database menuca\.$/,
    /^CREATE SCHEMA "The ledger" AUTHORIZATION "Deploy", or GRANT CREATE ON DATABASE menuca TO "Deploy"; or .*--no-ledger/,
  ],
  ['no right to use it', { may_use: false }, /may not use the schema/, /ALTER SCHEMA "The ledger" OWNER TO "Deploy"/],
  ['no right to make tables in it', { ledger: false }, /may not create tables/, /OWNER TO/],
  ['no right to write it', { unwritable: ['events', 'runs'] }, /may not write events, runs in the schema/, /OWNER TO/],
  ['somebody else’s', { ledger: false, others: 1, may_create: true }, /holds something else/, /--ledger-schema/],
])('%s is a warning that says what helps', (_, row, what, advice) => {
  expect(said(state(row))).toMatchObject([
    { level: 'warning', code: 'no-ledger', what: expect.stringMatching(what), advice: expect.stringMatching(advice) },
  ]);
});
