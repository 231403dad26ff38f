/** Why a kind of statement is no part of a plan, by its first words; the longest match counts. */
const REASONS: readonly (readonly [words: string, reason: string])[] = [
  [
    'DROP INDEX',
    'it drops an index; --allow-drops deploys it, with the definition on record, so that a rollback builds it again',
  ],
  [
    'REINDEX',
    'the server builds the index anew and drops the old one; --allow-drops deploys REINDEX INDEX and REINDEX TABLE',
  ],
  [
    'REINDEX SCHEMA',
    'it rebuilds whatever is in the schema, which the plan does not name; write REINDEX TABLE for each table that needs it',
  ],
  [
    'REINDEX DATABASE',
    'it rebuilds whatever is in the database, which the plan does not name; write REINDEX TABLE for each table that needs it',
  ],
  [
    'REINDEX SYSTEM',
    'it rebuilds the system catalogs under locks that stop everybody; that is a matter for a maintenance of its own',
  ],
  ['ALTER INDEX', 'of ALTER INDEX, this version deploys ATTACH PARTITION alone'],
  ['DROP', 'it drops something, and a plan only builds'],
  ['TRUNCATE', 'it deletes all rows of a table'],
  ['INSERT', 'it changes data'],
  ['UPDATE', 'it changes data'],
  ['DELETE', 'it changes data'],
  ['MERGE', 'it changes data'],
  ['COPY', 'it moves data'],
  ['VACUUM', 'VACUUM is no part of an index deployment; ANALYZE alone is accepted'],
  ['CLUSTER', 'it rewrites a table under an exclusive lock'],
  ['ALTER', 'it changes something that is there, and a plan only builds indexes'],
  ['CREATE', 'a plan creates indexes only'],
  ['REFRESH', 'it rewrites a materialized view'],
  ['DO', 'what a DO block does cannot be checked, and CREATE INDEX CONCURRENTLY can never work in one'],
  ['CREATE FUNCTION', 'what a function does cannot be checked, and CREATE INDEX CONCURRENTLY can never work in one'],
  ['CREATE OR REPLACE FUNCTION', 'what a function does cannot be checked, and a plan creates indexes only'],
  ['CREATE PROCEDURE', 'what a procedure does cannot be checked, and a plan creates indexes only'],
  ['CREATE OR REPLACE PROCEDURE', 'what a procedure does cannot be checked, and a plan creates indexes only'],
  ['CREATE EXTENSION', 'create the extension before the deployment: a plan creates indexes only'],
  ['CALL', 'what a procedure does cannot be checked'],
  ['EXECUTE', 'what a prepared statement does cannot be checked'],
  ['PREPARE TRANSACTION', 'a prepared transaction blocks every build until it is ended'],
  ['PREPARE', 'prepared statements are not sent; write the statement itself'],
  ['DEALLOCATE', 'prepared statements are not sent'],
  ['ROLLBACK', 'every statement is sent on its own, so nothing could be rolled back; take it and what it undoes out'],
  ['ABORT', 'every statement is sent on its own, so nothing could be rolled back; take it and what it undoes out'],
  ['SAVEPOINT', 'every statement is sent on its own, without a transaction to save a point in'],
  ['RELEASE', 'every statement is sent on its own, without a transaction to save a point in'],
  ['COMMIT PREPARED', 'a prepared transaction is not made here, and is ended by whoever made it'],
  ['LOCK', 'a lock would be gone with the statement, and it stops the application'],
  ['GRANT', 'it changes rights'],
  ['REVOKE', 'it changes rights'],
  ['REASSIGN', 'it changes owners'],
  ['SECURITY', 'it changes security labels'],
  ['LISTEN', 'nobody would receive the notifications'],
  ['UNLISTEN', 'nobody would receive the notifications'],
  ['NOTIFY', 'it sends a notification to other sessions'],
  ['DISCARD', 'it resets the session, with the settings that indexdeck needs'],
  ['CHECKPOINT', 'it makes the server write everything at once'],
  ['LOAD', 'it loads code into the server'],
  ['IMPORT', 'it creates foreign tables'],
  ['DECLARE', 'a cursor needs a transaction, and an open transaction stalls every build'],
  ['FETCH', 'a cursor needs a transaction, and an open transaction stalls every build'],
  ['MOVE', 'a cursor needs a transaction, and an open transaction stalls every build'],
  ['CLOSE', 'a cursor needs a transaction, and an open transaction stalls every build'],
  ['SHOW', 'it only shows a setting; take it out, or write SELECT current_setting(...)'],
  ['COMMENT', 'of comments, only COMMENT ON INDEX belongs in a plan'],
  ['CREATE TABLE', 'a plan creates indexes only; create the table before the deployment'],
  ['SET CONSTRAINTS', 'it means something only inside a transaction, and there is none'],
];

const byWords = new Map(REASONS);

/** First words of statements that may be accepted, or whose kind only their parse tells. Those are parsed. */
const READ: ReadonlySet<string> = new Set(
  `ANALYZE ANALYSE SET RESET COMMENT SELECT WITH VALUES TABLE EXPLAIN BEGIN START COMMIT END CREATE`.split(' '),
);

/** Why statements that begin with these words are refused; null when nothing is known against them. */
export function refusalOf(words: readonly string[]): string | null {
  for (let n = Math.min(words.length, 4); n > 0; n--) {
    const reason = byWords.get(words.slice(0, n).join(' '));
    if (reason !== undefined) return reason;
  }
  return null;
}

/** What CREATE may be followed by when it is certainly no index; after anything else the parser says what is wrong. */
const OTHER_OBJECTS: ReadonlySet<string> = new Set(
  `ACCESS AGGREGATE CAST COLLATION CONSTRAINT CONVERSION DATABASE DEFAULT DOMAIN EVENT EXTENSION FOREIGN FUNCTION GLOBAL
   GROUP LANGUAGE LOCAL MATERIALIZED OPERATOR OR POLICY PROCEDURAL PROCEDURE PUBLICATION RECURSIVE ROLE RULE SCHEMA
   SEQUENCE SERVER STATISTICS SUBSCRIPTION TABLE TABLESPACE TEMP TEMPORARY TEXT TRANSFORM TRIGGER TRUSTED TYPE UNLOGGED
   USER VIEW`.split(/\s+/),
);

/** Whether the words alone say that the statement can never be part of a plan, so that it need not parse. */
export function isRefusedByWords(words: readonly string[]): boolean {
  const [first = '', second = '', third = ''] = words;
  if (first === 'CREATE') return OTHER_OBJECTS.has(second);
  if (first === 'COMMENT') return second === 'ON' && third !== 'INDEX';
  // Only its parse tells ATTACH PARTITION from the rest.
  if (first === 'ALTER' && second === 'INDEX') return false;
  return !READ.has(first) && refusalOf(words) !== null;
}
