import { describe, expect, test } from 'vitest';
import { codes, findingCodes, indexes, onlyIndex, plan } from './support.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);\n';

describe('CREATE INDEX', () => {
  test('says what it is', () => {
    const sql = 'create unique index concurrently if not exists "My Idx" on s."T" using btree (a, lower(b)) where c';
    expect(onlyIndex(`${sql};`)).toMatchObject({
      kind: 'create-index',
      schema: 's',
      table: 'T',
      name: 'My Idx',
      unique: true,
      concurrently: true,
      ifNotExists: true,
      method: 'btree',
      partialOrExpression: true,
      only: false,
      sql,
      buildSql: 'create unique index concurrently "My Idx" on s."T" using btree (a, lower(b)) where c',
    });
  });

  test.each([
    'CREATE INDEX CONCURRENTLY i ON ONLY t (a)',
    'CREATE INDEX CONCURRENTLY i ON t USING gin (d jsonb_path_ops) WITH (fastupdate = off)',
    'CREATE UNIQUE INDEX CONCURRENTLY i ON t (a COLLATE "de_DE" text_pattern_ops DESC NULLS LAST) INCLUDE (b) NULLS NOT DISTINCT WITH (fillfactor=70) TABLESPACE "fast" WHERE b IS NOT NULL',
    "CREATE INDEX CONCURRENTLY i ON t ((d->>'x;--'), (a || $$ ON t $$))",
  ])('is sent byte for byte: %s', (sql) => {
    expect(onlyIndex(`${sql};`).buildSql).toBe(sql);
  });

  test('without CONCURRENTLY blocks and names the lock, unless it is made concurrent', () => {
    const blocked = plan('CREATE INDEX i ON t (a)');
    expect(blocked.findings).toMatchObject([{ level: 'blocks', code: 'not-concurrent', index: 'i' }]);
    expect(blocked.findings[0]?.why).toContain('SHARE lock');
    const made = plan('CREATE INDEX i ON t (a)', { makeConcurrent: true });
    expect(made.findings).toEqual([]);
    expect(indexes(made)).toMatchObject([
      { concurrently: true, madeConcurrent: true, buildSql: 'CREATE INDEX CONCURRENTLY i ON t (a)' },
    ]);
    expect(made.fingerprint).toBe(blocked.fingerprint);
  });
});

describe('what else a plan holds', () => {
  test('ANALYZE with its tables', () => {
    const { sections, problems } = plan(
      `${INDEX}ANALYZE (VERBOSE, SKIP_LOCKED) s.a (x), b; analyse; ANALYZE VERBOSE c`,
    );
    expect(problems).toEqual([]);
    expect(sections.flatMap(({ steps }) => steps).slice(1)).toMatchObject([
      {
        kind: 'analyze',
        tables: [
          { schema: 's', table: 'a' },
          { schema: null, table: 'b' },
        ],
      },
      { kind: 'analyze', tables: [] },
      { kind: 'analyze', tables: [{ schema: null, table: 'c' }] },
    ]);
  });

  test('CREATE INDEX ON ONLY a partitioned table, which no CONCURRENTLY can be added to', () => {
    for (const makeConcurrent of [false, true]) {
      const read = plan('CREATE INDEX IF NOT EXISTS i ON ONLY s.t (a)', { makeConcurrent });
      expect(read.findings).toEqual([]);
      expect(indexes(read)).toMatchObject([
        { only: true, concurrently: false, madeConcurrent: false, buildSql: 'CREATE INDEX i ON ONLY s.t (a)' },
      ]);
    }
  });

  test('ALTER INDEX ... ATTACH PARTITION, also in a plan without an index', () => {
    const { sections, problems, findings } = plan(
      'alter index s.i attach partition "P 1"; ALTER INDEX j ATTACH PARTITION x.k',
    );
    expect(problems).toEqual([]);
    expect(findings).toEqual([]);
    expect(sections.flatMap(({ steps }) => steps)).toMatchObject([
      { kind: 'attach-partition', schema: 's', name: 'i', partition: { schema: null, name: 'P 1' } },
      { kind: 'attach-partition', schema: null, name: 'j', partition: { schema: 'x', name: 'k' } },
    ]);
  });

  test('COMMENT ON INDEX', () => {
    const { sections } = plan(`${INDEX}COMMENT ON INDEX s.i IS 'x'; comment on index "I" is null;`);
    expect(sections.flatMap(({ steps }) => steps).slice(1)).toMatchObject([
      { kind: 'comment', schema: 's', name: 'i' },
      { kind: 'comment', schema: null, name: 'I' },
    ]);
  });

  test('SELECT and EXPLAIN are kept for the end, with a note when they stood before an index', () => {
    const read = plan(`SELECT 1; ${INDEX}EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM t; TABLE t; VALUES (1); (SELECT 2)`);
    expect(read.validations.map(({ kind }) => kind)).toEqual(['select', 'explain', 'select', 'select', 'select']);
    expect(read.findings).toMatchObject([{ level: 'note', code: 'select-kept-for-the-end', place: { line: 1 } }]);
  });

  test('a plan without an index blocks; an empty one is a problem', () => {
    expect(plan('ANALYZE t;').findings).toMatchObject([{ level: 'blocks', code: 'no-index' }]);
    for (const empty of ['', '\n', '-- CREATE INDEX i ON t (a);', ';;', '\uFEFF', '\\timing\n']) {
      expect(codes(plan(empty))).toEqual(['nothing-to-deploy']);
    }
  });
});

describe('what is refused, each with a reason', () => {
  test.each([
    ['DROP TABLE t', 'drops'],
    ['DROP INDEX CONCURRENTLY i', '--allow-drops'],
    ['REINDEX INDEX CONCURRENTLY i', '--allow-drops deploys REINDEX INDEX and REINDEX TABLE'],
    ['ALTER INDEX p RENAME TO q', 'ATTACH PARTITION alone'],
    ['ALTER INDEX ALL IN TABLESPACE a SET TABLESPACE b', 'ATTACH PARTITION alone'],
    ['ALTER TABLE p ATTACH PARTITION c DEFAULT', 'a plan only builds indexes'],
    ['ALTER TABLE t ADD INDEX n (a, b)', 'written for MySQL'],
    ['CREATE TABLE x (a int)', 'indexes only'],
    ['CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ select 1; $$ LANGUAGE sql', 'function'],
    ['CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)', 'indexes only'],
    ['INSERT INTO t VALUES (1)', 'data'],
    ['UPDATE t SET a = 1', 'data'],
    ['MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE', 'data'],
    ['VACUUM ANALYZE t', 'VACUUM'],
    ['DO $$ begin end $$', 'DO block'],
    ['CALL p()', 'procedure'],
    ['ROLLBACK', 'rolled back'],
    ['SAVEPOINT s', 'transaction'],
    ['ROLLBACK TO s', 'rolled back'],
    ['COMMIT PREPARED $$x$$', 'prepared'],
    ['LOCK TABLE t', 'lock'],
    ['GRANT SELECT ON t TO u', 'rights'],
    ['COMMENT ON TABLE t IS $$x$$', 'COMMENT ON INDEX'],
    ['EXECUTE p', 'prepared'],
    ['DECLARE c CURSOR FOR SELECT 1', 'cursor'],
    ['SHOW work_mem', 'setting'],
    ['DISCARD ALL', 'session'],
    ['EXPLAIN ANALYZE INSERT INTO t VALUES (1)', 'EXPLAIN of a SELECT'],
    ['EXPLAIN EXECUTE p', 'EXPLAIN of a SELECT'],
    ['SELECT 1 INTO x', 'SELECT INTO'],
    ['SELECT * FROM t FOR NO KEY UPDATE', 'locks rows'],
    ['WITH x AS (DELETE FROM t RETURNING 1) SELECT * FROM x', 'deletes'],
    ['WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x', 'a plan holds'],
  ])('%s', (sql, reason) => {
    const read = plan(`${INDEX}${sql};\n${INDEX.replace(' i ', ' j ')}`);
    expect(read.problems).toMatchObject([{ line: 2, column: 1 }]);
    expect(read.problems[0]?.message).toContain(reason);
    expect(read.problems[0]?.what).toBe(sql.length <= 60 ? sql : read.problems[0]?.what);
    // The refused one takes no other with it.
    expect(indexes(read).map(({ name }) => name)).toEqual(['i', 'j']);
  });

  test('all at once, each with its place', () => {
    const read = plan(
      `CREAT INDEX a;\n${INDEX}CREATE INDEX b ON t (x;\n  DROP TABLE t;\nCREATE INDEX c ON t (y);\nfoo`,
    );
    expect(read.problems.map(({ line, column, code }) => [line, column, code])).toEqual([
      [1, 1, 'syntax'],
      [3, 1, 'syntax'],
      [4, 3, 'statement-refused'],
      [6, 1, 'syntax'],
    ]);
    expect(read.problems[1]).toMatchObject({ what: 'CREATE INDEX b ON t (x', at: { line: 3, column: 23 } });
    expect(indexes(read).map(({ name }) => name)).toEqual(['i', 'c']);
  });

  test('a syntax error tells where in the statement', () => {
    const [problem] = plan("SELECT 'éé😀',\n   FROM t").problems;
    expect(problem).toMatchObject({ line: 1, column: 1, at: { line: 2, column: 4 } });
    expect(problem?.message).toContain('at or near "FROM"');
  });
});

describe('functions with effects', () => {
  test.each([
    'pg_terminate_backend(1)',
    'PG_CATALOG.pg_cancel_backend(1)',
    '"pg_reload_conf"()',
    'U&"pg\\005freload_conf"()',
    "setval('s', 1)",
    "nextval('s')",
    "set_config('a', 'b', false)",
    'pg_advisory_lock(1)',
    'pg_try_advisory_xact_lock(1)',
    'lo_unlink(1)',
    "dblink('x', 'y')",
    'public.dblink_exec($$x$$)',
    "pg_read_file('x')",
    "pg_ls_dir('.')",
    "pg_create_logical_replication_slot('a', 'b')",
    "pg_drop_replication_slot('a')",
    'pg_sleep(1)',
    "pg_sleep_for('1 h')",
    'pg_export_snapshot()',
    "query_to_xml('delete from t', true, true, '')",
    "ts_stat('select 1')",
    'pg_stat_reset()',
    "cron.schedule('a', 'b', 'c')",
    "pg_notify('a', 'b')",
  ])('%s', (call) => {
    for (const sql of [
      `SELECT ${call}`,
      `EXPLAIN SELECT 1 FROM t WHERE EXISTS (SELECT coalesce(1, (SELECT max(x) FROM (SELECT ${call} AS x) q)))`,
      `SELECT * FROM ${call} x`,
      `CREATE INDEX CONCURRENTLY i ON t ((lower(${call}::text)))`,
      `CREATE INDEX CONCURRENTLY i ON t (a) WHERE a = ANY (ARRAY[${call}])`,
    ]) {
      expect(plan(sql).problems, sql).toMatchObject([{ code: expect.stringMatching(/effects|explain-refused/) }]);
    }
  });

  test.each([
    'count(*)',
    'pg_size_pretty(pg_relation_size($$t$$))',
    'current_setting($$work_mem$$)',
    'lower(a)',
    'now()',
  ])('but not %s', (call) => {
    expect(plan(`SELECT ${call} FROM t`).problems).toEqual([]);
  });
});

describe('names', () => {
  test('longer than 63 bytes are named with what they are cut to', () => {
    const long = `idx_${'é'.repeat(40)}`;
    const read = plan(`CREATE INDEX CONCURRENTLY ${long} ON t (a)`);
    const cut = `idx_${'é'.repeat(29)}`;
    expect(indexes(read)[0]?.name).toBe(cut);
    expect(read.findings).toMatchObject([
      { level: 'warning', code: 'name-too-long', what: `${long} is cut to ${cut}` },
    ]);
  });

  test.each([
    ['索'.repeat(21), []],
    ['索'.repeat(22), ['name-too-long']],
    [`"${'😀'.repeat(15)}"`, []],
    [`"${'😀'.repeat(16)}"`, ['name-too-long']],
    [`"${'a""'.repeat(31)}"`, []],
    [`"${'a""'.repeat(32)}"`, ['name-too-long']],
  ])('%s counts in bytes', (name, expected) => {
    expect(plan(`CREATE INDEX CONCURRENTLY ${name} ON t (a)`).findings.map(({ code }) => code)).toEqual(expected);
  });

  test.each([
    ['CREATE INDEX CONCURRENTLY "Größe" ON t (a)', undefined],
    ['CREATE INDEX CONCURRENTLY IF NOT EXISTS "Größe" ON t (a)', 'CREATE INDEX CONCURRENTLY "Größe" ON t (a)'],
    [
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS "if not exists" ON t (a)',
      'CREATE INDEX CONCURRENTLY "if not exists" ON t (a)',
    ],
    [
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS "a ""on"" b" ON t (a)',
      'CREATE INDEX CONCURRENTLY "a ""on"" b" ON t (a)',
    ],
    ['CREATE INDEX CONCURRENTLY "needless" ON t (a)', 'CREATE INDEX CONCURRENTLY needless ON t (a)'],
    ['CREATE INDEX CONCURRENTLY "--x" ON t (a)', undefined],
  ])('%s is sent with its name as it is quoted here', (sql, sent = sql) => {
    expect(onlyIndex(sql).buildSql).toBe(sent);
  });

  test.each([
    ['CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY i ON t (b);', 'blocks name-twice'],
    ['CREATE INDEX CONCURRENTLY i ON s.t (a); CREATE INDEX CONCURRENTLY "i" ON s.t (b);', 'blocks name-twice'],
    ['CREATE INDEX CONCURRENTLY i ON s.t (a); CREATE INDEX CONCURRENTLY i ON t (b);', 'warning name-twice'],
    ['CREATE INDEX CONCURRENTLY i ON s.t (a); CREATE INDEX CONCURRENTLY i ON r.t (a);', ''],
    [
      'CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY i ON t USING btree (a ASC);',
      'warning index-twice',
    ],
    [
      'CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON t (a NULLS LAST);',
      'warning same-index-twice',
    ],
    [
      'CREATE INDEX CONCURRENTLY i ON t (a DESC) INCLUDE (b) WITH (fillfactor=70); CREATE INDEX CONCURRENTLY j ON t (a DESC NULLS FIRST) INCLUDE (b ASC) WITH (fillfactor=70);',
      'warning same-index-twice',
    ],
    ['CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON t (a DESC);', ''],
    ['CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON ONLY t (a);', ''],
    ['CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON t (a, b);', 'note prefix-of-another'],
    [
      'CREATE INDEX CONCURRENTLY i ON t (lower(a)); CREATE INDEX CONCURRENTLY j ON t (upper(a)); CREATE INDEX CONCURRENTLY k ON t (lower(a), b); CREATE INDEX CONCURRENTLY l ON t (lower(a));',
      'warning same-index-twice, note prefix-of-another, note prefix-of-another',
    ],
    ['CREATE UNIQUE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON t (a, b);', ''],
    ['CREATE INDEX CONCURRENTLY i ON t (a) WHERE c; CREATE INDEX CONCURRENTLY j ON t (a, b);', ''],
    ['CREATE INDEX CONCURRENTLY i ON t (b); CREATE INDEX CONCURRENTLY j ON t (a, b);', ''],
    [
      `CREATE INDEX CONCURRENTLY ${'x'.repeat(63)}1 ON t (a); CREATE INDEX CONCURRENTLY ${'x'.repeat(63)}2 ON t (b);`,
      'blocks name-twice, warning name-too-long, warning name-too-long',
    ],
    [
      'SET search_path = s; CREATE INDEX CONCURRENTLY i ON t (a); SET search_path = r; CREATE INDEX CONCURRENTLY i ON t (b);',
      '',
    ],
    [
      'SET search_path = s, r; CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY i ON r.t (b);',
      'warning name-twice',
    ],
  ])('%s', (sql, expected) => {
    expect(
      plan(sql)
        .findings.map(({ level, code }) => `${level} ${code}`)
        .join(', '),
    ).toBe(expected);
  });
});

describe('BEGIN and COMMIT', () => {
  test('are left out with one warning that names the lines', () => {
    const read = plan(`BEGIN;\n${INDEX}COMMIT;\nSTART TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nEND;`);
    expect(read.leftOut.map(({ line, what }) => `${line} ${what}`)).toEqual([
      '1 BEGIN',
      '3 COMMIT',
      '4 START TRANSACTION ISOLATION LEVEL SERIALIZABLE',
      '5 END',
    ]);
    expect(read.findings).toMatchObject([
      { level: 'warning', code: 'transaction-left-out', what: 'BEGIN and COMMIT are left out: lines 1, 3, 4 and 5' },
    ]);
    expect(read.fingerprint).toBe(plan(INDEX).fingerprint);
    expect(findingCodes(plan(INDEX))).toEqual([]);
  });
});
