/** What must become of a hostile plan: refused as a whole, or these statements and no others may reach a server. */
export type HostileExpectation = { refused: true; codes: string[] } | { refused: false; statements: string[] };

export interface HostilePlan {
  name: string;
  bytes: Uint8Array;
  expect: HostileExpectation;
}

const refused = (...codes: string[]): HostileExpectation => ({ refused: true, codes });
const accepted = (...statements: string[]): HostileExpectation => ({ refused: false, statements });

function text(name: string, sql: string, expect: HostileExpectation): HostilePlan {
  return { name, bytes: Buffer.from(sql), expect };
}

const INDEX = 'CREATE INDEX CONCURRENTLY idx_hostile ON hostile (a)';

/**
 * Plans that try to get something else to the server. `hostile` is a table (a int, b text); `victim` is one that must
 * still be there, with its rows, whatever was done with these.
 */
export const hostilePlans: HostilePlan[] = [
  text(
    'a DROP between nested comments',
    `/* /* */ -- */\n${INDEX};\n/* */ DROP TABLE victim; /* */`,
    refused('statement-refused'),
  ),
  text(
    'a DROP after a line comment that ends at a carriage return',
    `-- harmless\rDROP TABLE victim;\r${INDEX};`,
    refused('statement-refused'),
  ),
  text(
    'a DROP after a closed nested comment',
    `/* a /* b */ c */ DROP TABLE victim;\n${INDEX};`,
    refused('statement-refused'),
  ),
  text(
    'statements that are only comments',
    `/* DROP TABLE victim; /* CREATE INDEX x ON victim (a); */ */\n-- DROP TABLE victim;\n${INDEX};`,
    accepted(INDEX),
  ),
  text(
    'semicolons in every kind of quote',
    `SELECT ';DROP TABLE victim;', E'\\';DROP TABLE victim;--', $$;DROP TABLE victim;$$, $q$;$$;DROP TABLE victim;$q$ AS ";DROP TABLE victim;--";\n${INDEX};`,
    accepted(
      INDEX,
      `SELECT ';DROP TABLE victim;', E'\\';DROP TABLE victim;--', $$;DROP TABLE victim;$$, $q$;$$;DROP TABLE victim;$q$ AS ";DROP TABLE victim;--"`,
    ),
  ),
  text(
    'a backslash before a quote, where strings are standard',
    `SELECT '\\'; DROP TABLE victim; --';\n${INDEX};`,
    refused('statement-refused'),
  ),
  text(
    'strings made to be read in another way first',
    `SET standard_conforming_strings = off;\nSELECT '\\' , '; DROP TABLE victim; --';\n${INDEX};`,
    refused('setting-refused'),
  ),
  text(
    'an escape string that goes on after a comment',
    `SELECT E'a' -- b\n'\\'; DROP TABLE victim; --';\n${INDEX};`,
    refused('syntax'),
  ),
  text(
    'a DO block around an index',
    `DO $$ BEGIN EXECUTE 'DROP TABLE victim'; END $$;\nDO $x$ BEGIN CREATE INDEX ON victim (a); END $x$;`,
    refused('statement-refused', 'statement-refused'),
  ),
  text(
    'a function with an SQL body',
    `CREATE FUNCTION f() RETURNS int BEGIN ATOMIC; SELECT 1; DELETE FROM victim; SELECT CASE WHEN true THEN 1 END; END;\n${INDEX};`,
    refused('statement-refused'),
  ),
  text(
    'an index on a function with effects',
    `CREATE INDEX CONCURRENTLY idx_hostile ON hostile ((pg_terminate_backend(a)::text));\nCREATE INDEX CONCURRENTLY idx_h2 ON hostile (a) WHERE "PG_CATALOG"."pg_cancel_backend"(a);`,
    refused('function-with-effects', 'function-with-effects'),
  ),
  text(
    'effects deep inside a SELECT',
    `SELECT a FROM hostile WHERE a IN (SELECT CASE WHEN true THEN (WITH x AS (SELECT U&"pg\\005fterminate_backend"(pid) FROM pg_stat_activity) SELECT 1 FROM x) END);\n${INDEX};`,
    refused('select-with-effects'),
  ),
  text(
    'a WITH that deletes',
    `WITH gone AS (DELETE FROM victim RETURNING *) SELECT * FROM gone;\nWITH a AS (WITH b AS (INSERT INTO victim VALUES (9) RETURNING *) SELECT * FROM b) SELECT * FROM a;\n${INDEX};`,
    refused('select-with-effects', 'select-with-effects'),
  ),
  text(
    'SELECT INTO and row locks',
    `SELECT * INTO thief FROM victim;\nSELECT * FROM victim FOR UPDATE;\n(SELECT 1 UNION SELECT a FROM (SELECT a FROM victim FOR SHARE) s);\n${INDEX};`,
    refused('select-with-effects', 'select-with-effects', 'select-with-effects'),
  ),
  text(
    'EXPLAIN ANALYZE that carries out',
    `EXPLAIN ANALYZE DELETE FROM victim;\nEXPLAIN (ANALYZE true) CREATE TABLE thief AS SELECT * FROM victim;\nEXPLAIN ANALYZE WITH x AS (UPDATE victim SET a = 1 RETURNING 1) SELECT * FROM x;\n${INDEX};`,
    refused('explain-refused', 'explain-refused', 'explain-refused'),
  ),
  text('a NUL byte that hides the rest', `${INDEX};\0 DROP TABLE victim;`, refused('nul-byte')),
  {
    name: 'invalid UTF-8 before a quote',
    bytes: Buffer.concat([
      Buffer.from("SELECT '"),
      Buffer.from([0xe0]),
      Buffer.from(`'; DROP TABLE victim; --';\n${INDEX};`),
    ]),
    expect: refused('encoding-invalid'),
  },
  text(
    'psql commands that run programs and queries',
    `\\! psql -c 'DROP TABLE victim'\nSELECT 'DROP TABLE victim' \\gexec\n\\copy victim FROM PROGRAM 'rm -rf /'\n\\echo \`rm -rf /\`\n${INDEX};`,
    refused('psql-command', 'psql-command', 'psql-command', 'psql-command'),
  ),
  text(
    'a psql variable for a table',
    `\\set t victim\nCREATE INDEX CONCURRENTLY idx_hostile ON :t (a);\nSELECT * FROM hostile WHERE b = :'t';`,
    refused('psql-command', 'psql-variable', 'psql-variable'),
  ),
  text(
    'COPY data that reads like statements',
    `COPY victim FROM stdin;\n1\tDROP TABLE victim;\n\\.\n${INDEX};\nCOPY victim TO PROGRAM 'sh';`,
    refused('statement-refused', 'statement-refused'),
  ),
  text(
    'a dollar quote that only seems to open',
    `SELECT 1 AS a$$;\nSELECT '$$'; DROP TABLE victim; SELECT '$$';\n${INDEX};`,
    refused('statement-refused'),
  ),
  text(
    '5 MB of text around one index',
    `${'-- CREATE INDEX no ON victim (a); DROP TABLE victim;\n'.repeat(48_000)}/*${' DROP TABLE victim; '.repeat(120_000)}*/\n${INDEX};\n`,
    accepted(INDEX),
  ),
  text(
    '5 MB in one string and a nesting without end',
    `SELECT '${'x;'.repeat(2_500_000)}';\nSELECT ${'('.repeat(100_000)}1;\nSELECT 1${' + 1'.repeat(100_000)};\n${INDEX};`,
    refused('syntax', 'syntax'),
  ),
  text(
    'another role and a transaction that only reads',
    `SET ROLE postgres;\nSET SESSION AUTHORIZATION postgres;\nSET default_transaction_read_only = on;\nSET TRANSACTION READ ONLY;\nROLLBACK;\nPREPARE TRANSACTION 'x';\nALTER INDEX victim_a RENAME TO b;\n${INDEX};`,
    refused(
      'setting-refused',
      'setting-refused',
      'setting-refused',
      'setting-refused',
      'statement-refused',
      'statement-refused',
      'statement-refused',
    ),
  ),
];
