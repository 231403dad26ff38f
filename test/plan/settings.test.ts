import { describe, expect, test } from 'vitest';
import { codes, findingCodes, indexes, plan } from './support.ts';

const index = (name: string) => `CREATE INDEX CONCURRENTLY ${name} ON t (${name});`;

/** What is in force at each index, as `name=value`. */
function inForce(sql: string): string[] {
  return indexes(plan(sql)).map(({ settings }) => settings.map(({ name, value }) => `${name}=${value}`).join(' '));
}

describe('SET', () => {
  test('counts for the steps after it, the last of each name, in order', () => {
    expect(
      inForce(
        `${index('a')} SET work_mem = '1MB'; set Lock_Timeout to 0; ${index('b')} SET work_mem = 4096; ${index('c')}`,
      ),
    ).toEqual(['', 'work_mem=1MB lock_timeout=0', 'lock_timeout=0 work_mem=4096']);
  });

  test('RESET and DEFAULT are null; RESET ALL clears', () => {
    expect(inForce(`SET a.b = on; RESET a.b; SET c.d TO DEFAULT; ${index('a')} RESET ALL; ${index('b')}`)).toEqual([
      'a.b=null c.d=null',
      '',
    ]);
  });

  test('SET LOCAL counts up to its COMMIT, and is nothing outside', () => {
    const read = `BEGIN; SET LOCAL work_mem = '1GB'; ${index('a')} COMMIT; ${index('b')}`;
    expect(inForce(read)).toEqual(['work_mem=1GB', '']);
    const outside = plan(`SET LOCAL work_mem = '1GB'; ${index('a')}`);
    expect(findingCodes(outside)).toEqual(['set-local-outside']);
    expect(indexes(outside)[0]?.settings).toEqual([]);
    expect(outside.leftOut).toMatchObject([{ what: "SET LOCAL work_mem = '1GB'" }]);
  });

  test.each([
    ['SET search_path TO a, "B c", \'$user\'', ['a', 'B c', '$user'], 'a, "B c", "$user"'],
    ["SET search_path = ''", [''], '""'],
    ["SET SCHEMA 'X'", ['X'], '"X"'],
    ['SET search_path TO DEFAULT', null, null],
  ])('%s feeds the search path', (sql, path, value) => {
    const [step] = indexes(plan(`${sql}; ${index('a')}`));
    expect(step?.searchPath).toEqual(path);
    expect(step?.settings).toEqual([{ name: 'search_path', value }]);
  });

  test('comes with the section of the step after it, and makes none', () => {
    const { sections } = plan(
      `-- SECTION 1: ONE\nSET work_mem = 1;\n-- SECTION 2: TWO\n${index('a')}\nSET work_mem = 2;`,
    );
    expect(sections).toMatchObject([
      { title: 'TWO', steps: [{ kind: 'set' }, { kind: 'create-index' }, { kind: 'set' }] },
    ]);
  });

  test.each([
    'lock_timeout',
    'statement_timeout',
    'idle_in_transaction_session_timeout',
    'transaction_timeout',
    'idle_session_timeout',
  ])('of %s warns unless it is zero', (name) => {
    for (const value of ["'2s'", '1000', "'0.5min'"]) {
      expect(plan(`SET ${name} = ${value}; ${index('a')}`).findings).toMatchObject([
        { level: 'warning', code: 'timeout-kills-builds' },
      ]);
    }
    for (const value of ['0', "'0'", "'0ms'", "' 0 s '", 'DEFAULT']) {
      expect(findingCodes(plan(`SET ${name} = ${value}; ${index('a')}`)), value).toEqual([]);
    }
  });

  test.each([
    'SET ROLE x',
    'RESET ROLE',
    'SET SESSION AUTHORIZATION x',
    'SET TRANSACTION READ ONLY',
    'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
    'SET default_transaction_read_only = on',
    'SET "Default_Transaction_Read_Only" TO on',
    'SET standard_conforming_strings = off',
    "SET NAMES 'latin1'",
    'SET session_replication_role = replica',
    "SET TIME ZONE INTERVAL '1' HOUR TO MINUTE",
  ])('%s is refused', (sql) => {
    expect(codes(plan(`${sql}; ${index('a')}`))).toEqual(['setting-refused']);
  });

  test.each(["SET client_encoding = 'UTF8'", 'SET standard_conforming_strings = on', "SET application_name = 'x'"])(
    '%s is left out',
    (sql) => {
      const read = plan(`${sql}; ${index('a')}`);
      expect(read.problems).toEqual([]);
      expect(read.leftOut).toMatchObject([{ what: sql }]);
      expect(indexes(read)[0]?.settings).toEqual([]);
    },
  );
});
