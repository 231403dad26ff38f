import { describe, expect, test } from 'vitest';
import { createLike, dressLike, splitList } from '../../../src/engine/restore/database-properties.ts';
import { besideName, keptName } from '../../../src/engine/restore/names.ts';
import { ErrorReader, parseLine } from '../../../src/engine/restore/progress.ts';
import { CommandUnclear, fillCommand, splitWords } from '../../../src/engine/restore/provider-command.ts';
import { compareObjects, entryLines, tablesNotIn, withoutSchemas } from '../../../src/engine/restore/toc.ts';
import { classify, type SaidError } from '../../../src/engine/restore/tool-errors.ts';
import { parseMessage } from '../../../src/engine/tools/messages.ts';
import type { DatabaseRow } from '../../../src/queries/restore_database.ts';

const errorsIn = (text: string): SaidError[] => {
  const errors: SaidError[] = [];
  const reader = new ErrorReader((error) => errors.push(error));
  for (const line of text.split('\n')) reader.add(parseMessage(line));
  reader.flush();
  return errors;
};

/** Printed by pg_restore 15.18. */
const SAID = `pg_restore: creating TABLE "public.child"
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 219; 1259 16483 TABLE child gone
pg_restore: error: could not execute query: ERROR:  relation "child" already exists
Command was: CREATE TABLE public.child (
    id integer NOT NULL,
    k integer
);


pg_restore: error: could not execute query: ERROR:  role "gone" does not exist
Command was: ALTER TABLE public.child OWNER TO gone;

pg_restore: from TOC entry 3415; 0 16483 TABLE DATA child gone
pg_restore: error: COPY failed for table "child": ERROR:  new row for relation "child" violates check constraint "child_k_check"
DETAIL:  Failing row contains (1, 2).
CONTEXT:  COPY child, line 1: "1	2"
pg_restore: executing SEQUENCE SET child_id_seq
pg_restore: warning: errors ignored on restore: 3`;

test('errors are put together from their lines', () => {
  expect(errorsIn(SAID)).toEqual([
    {
      message: 'could not execute query: ERROR:  relation "child" already exists',
      command: 'CREATE TABLE public.child (\n    id integer NOT NULL,\n    k integer\n);',
      entry: '219; 1259 16483 TABLE child gone',
    },
    {
      message: 'could not execute query: ERROR:  role "gone" does not exist',
      command: 'ALTER TABLE public.child OWNER TO gone;',
      entry: '219; 1259 16483 TABLE child gone',
    },
    {
      message: expect.stringMatching(/^COPY failed for table "child".*; DETAIL: {2}Failing row.*; CONTEXT: /),
      command: null,
      entry: '3415; 0 16483 TABLE DATA child gone',
    },
  ]);
});

test('each kind of error is told apart', () => {
  expect(errorsIn(SAID).map((error) => classify(error).kind)).toEqual(['loss', 'ownership', 'loss']);
  const kind = (message: string, command: string | null = null) => classify({ message, command, entry: null }).kind;
  const query = 'could not execute query: ERROR:  ';
  expect(kind(`${query}schema "public" already exists`, 'CREATE SCHEMA public;')).toBe('harmless');
  expect(kind(`${query}must be owner of extension plpgsql`, 'COMMENT ON EXTENSION plpgsql IS 1')).toBe('harmless');
  expect(kind(`${query}must be owner of extension hstore`, 'ALTER EXTENSION hstore UPDATE')).toBe('loss');
  expect(
    kind(`${query}unrecognized configuration parameter "transaction_timeout"`, 'SET transaction_timeout = 0;'),
  ).toBe('harmless');
  // Of an object that cannot be made without its role, something is missing.
  expect(kind(`${query}role "gone" does not exist`, 'CREATE POLICY p ON t TO gone')).toBe('loss');
  expect(kind(`${query}role "gone" does not exist`, 'GRANT SELECT ON TABLE v TO gone;')).toBe('ownership');
  expect(kind(`${query}server closed the connection unexpectedly`, 'SELECT 1')).toBe('fatal');
  expect(kind('connection to server at "h" (::1), port 5 failed: Connection refused')).toBe('fatal');
  expect(kind(`${query}could not extend file "base/1/2": No space left on device`)).toBe('fatal');
  expect(kind('could not read from input file: end of file')).toBe('fatal');
  expect(kind('something that nobody has seen yet')).toBe('fatal');
  expect(kind(`${query}something that nobody has seen yet`)).toBe('loss');
});

test('progress is what is made, not what is dropped or launched', () => {
  const counts = (text: string) => {
    const line = parseLine(text);
    return line.kind === 'doing' ? line.counts : null;
  };
  expect(counts('creating TABLE "public.t"')).toBe(true);
  expect(counts('processing data for table "public.t"')).toBe(true);
  expect(counts('executing SEQUENCE SET s')).toBe(true);
  expect(counts('dropping TABLE t')).toBe(false);
  expect(counts('launching item 3415 TABLE DATA child')).toBe(null);
  expect(counts('processing item 3415 TABLE DATA child')).toBe(null);
});

const LIST = `;
;     TOC Entries: 9
6; 2615 16387 SCHEMA - indexdeck postgres
7; 2615 16388 SCHEMA - indexdeck two postgres
3427; 0 0 COMMENT - SCHEMA indexdeck postgres
3428; 0 0 ACL - SCHEMA indexdeck postgres
3430; 0 0 ACL - SCHEMA public pg_database_owner
216; 1259 16389 TABLE indexdeck runs postgres
219; 1259 16390 TABLE indexdeck two t postgres
217; 1259 16474 TABLE public Käse Q postgres
3413; 0 16474 TABLE DATA public Käse Q postgres
3263; 1259 16494 INDEX public idx postgres`;

describe('the list of an archive', () => {
  const lines = entryLines(LIST);

  test('a ledger goes, and nothing else', () => {
    // As pg_restore lists it with --exclude-schema: without what is in it, and without the rights on public.
    const others = lines.filter((line) => !/TABLE indexdeck runs|SCHEMA public/.test(line));
    const kept = withoutSchemas(lines, others, ['indexdeck']);
    expect(lines.filter((line) => !kept.includes(line)).map((line) => line.slice(0, 5))).toEqual(
      // "SCHEMA - indexdeck two" begins alike: its kind of entry cannot be told apart, so it goes with the other.
      expect.arrayContaining(['6; 26', '3427;', '3428;', '216; ']),
    );
    expect(kept.some((line) => line.includes('TABLE indexdeck two t'))).toBe(true);
    expect(kept.some((line) => line.includes('ACL - SCHEMA public'))).toBe(true);
  });

  test('what is missing, what is more; numbers and data do not count', () => {
    const now = ['1; 1259 1 TABLE public Käse Q postgres', '2; 1259 2 INDEX public other postgres'];
    const wanted = entryLines(
      '217; 1259 16474 TABLE public Käse Q postgres\n3413; 0 1 TABLE DATA public Käse Q postgres\n3; 1259 3 INDEX public idx postgres',
    );
    expect(compareObjects(wanted, now, true)).toEqual({
      missing: ['INDEX public idx postgres'],
      extra: ['INDEX public other postgres'],
      same: 1,
    });
    const owner = ['1; 1259 1 TABLE public Käse Q somebody'];
    const table = ['217; 1259 16474 TABLE public Käse Q postgres'];
    expect(compareObjects(table, owner, true).missing).toHaveLength(1);
    expect(compareObjects(table, owner, false).missing).toHaveLength(0);
  });

  test('tables that it does not hold', () => {
    const tables = ['Käse Q', 'new'].map((table) => ({ schema: 'public', table }));
    expect(tablesNotIn(lines, tables)).toEqual([{ schema: 'public', table: 'new' }]);
  });
});

const row: DatabaseRow = {
  ...{ oid: '5', name: 'My "shop"', owner: 'Anna', encoding: 'UTF8', collate: 'C', ctype: "o'c", provider: 'i' },
  ...{ locale: 'de-x', icu_rules: null, tablespace: 'pg_default', connection_limit: 7, comment: "it's" },
  ...{ owned: true, may_create_databases: true, prepared: 0, slots: 0, subscriptions: 0 },
};

test('a database like another one', () => {
  expect(createLike('a b', row)).toBe(
    `CREATE DATABASE "a b" TEMPLATE template0 OWNER "Anna" ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'o''c' LOCALE_PROVIDER icu ICU_LOCALE 'de-x' TABLESPACE pg_default`,
  );
  const settings = [
    { role: null, setting: 'search_path="$user", public, "Od ""d"' },
    { role: 'app', setting: 'work_mem=64MB' },
    { role: null, setting: 'my.thing=a, b' },
    { role: null, setting: 'search_path=' },
  ];
  const grants = [
    { role: null, privilege: 'CONNECT', grantable: false },
    { role: 'app', privilege: 'CREATE', grantable: true },
  ];
  expect(dressLike('x', row, settings, grants)).toEqual([
    'ALTER DATABASE x CONNECTION LIMIT 7',
    "COMMENT ON DATABASE x IS 'it''s'",
    `ALTER DATABASE x SET search_path TO '$user', 'public', 'Od "d'`,
    "ALTER ROLE app IN DATABASE x SET work_mem TO '64MB'",
    "ALTER DATABASE x SET my.thing TO 'a, b'",
    "ALTER DATABASE x SET search_path TO ''",
    'REVOKE ALL ON DATABASE x FROM PUBLIC, "Anna"',
    'GRANT CONNECT ON DATABASE x TO PUBLIC',
    'GRANT CREATE ON DATABASE x TO app WITH GRANT OPTION',
  ]);
  expect(splitList('"a, b",c')).toEqual(['a, b', 'c']);
});

test('names fit, whole characters only, and say what they are', () => {
  const long = 'ä'.repeat(31);
  expect(besideName('shop', 'rs-20261123-192011-x7k2')).toBe('shop_restore_20261123_192011_x7k2');
  expect(Buffer.byteLength(besideName(long, 'rs-20261123-192011-x7k2'))).toBeLessThanOrEqual(63);
  expect(besideName(long, 'rs-20261123-192011-x7k2')).toMatch(/^ä+_restore_/);
  expect(keptName('shop', new Date('2026-11-23T19:20:11Z'), 'before_restore')).toBe(
    'shop_before_restore_20261123_192011',
  );
});

describe('a provider’s command', () => {
  const values = { id: "a b'; rm -rf $HOME", database: 'shop', host: 'db1', port: '5432', user: 'me' };

  test('a value stays in its word, whatever is in it', () => {
    expect(fillCommand("supabase db restore --backup-id {id} '--to={database} at {host}'", values)).toEqual([
      'supabase',
      'db',
      'restore',
      '--backup-id',
      "a b'; rm -rf $HOME",
      '--to=shop at db1',
    ]);
  });

  test.each(['a | b', 'a; b', 'a $X', 'a "$X"', "a 'b", 'a > b', 'a {password}', ' ', 'a\\'])(
    '%s is refused',
    (text) => {
      expect(() => fillCommand(text, values)).toThrow(CommandUnclear);
    },
  );

  test('words as a shell splits them', () => {
    expect(splitWords(`a  'b c'"d" e\\ f ''`)).toEqual(['a', 'b cd', 'e f', '']);
  });
});
