/**
 * What an error of pg_restore means for what is restored. harmless: nothing of the archive is missing. ownership: all is
 * there, but belongs to somebody else, or rights are missing. loss: something of the archive is not there. fatal: the
 * program could not go on.
 */
export type ErrorKind = 'harmless' | 'ownership' | 'loss' | 'fatal';

/** An error as pg_restore prints it: its words, the statement that failed, and the entry that it belongs to. */
export interface SaidError {
  message: string;
  /** What follows `Command was:`; null when the error has none. */
  command: string | null;
  /** Such as `219; 1259 16483 TABLE child gone`; null when it does not say. */
  entry: string | null;
}

interface Row {
  kind: ErrorKind;
  message: RegExp;
  /** The statement must be of this kind too. */
  command?: RegExp;
  meaning: string;
}

const OWNERSHIP = /^(ALTER .* OWNER TO|GRANT|REVOKE|ALTER DEFAULT PRIVILEGES|SET SESSION AUTHORIZATION)\b/s;

/** The first row that fits counts. Words of PostgreSQL 13 to 18 in the C locale; the server's own may be translated. */
const TABLE: readonly Row[] = [
  {
    kind: 'fatal',
    message:
      /server closed the connection|connection to server .* failed|no connection to the server|terminating connection|could not receive data from server|the database system is (shutting down|in recovery mode|starting up)|lost synchronization/,
    meaning: 'the connection to the server was lost',
  },
  {
    kind: 'fatal',
    message: /No space left on device|disk is full|could not extend file/,
    meaning: 'the server has no room left',
  },
  {
    kind: 'fatal',
    message:
      /could not read from input file|could not (uncompress|decompress|open input file|close data file)|unexpected end of file|input file is too short|does not appear to be a valid archive|found unexpected block ID|could not find block ID|corrupt/,
    meaning: 'the archive cannot be read',
  },
  { kind: 'fatal', message: /out of memory/, meaning: 'there is not enough memory' },
  {
    kind: 'harmless',
    message: /schema "public" already exists|language "plpgsql" already exists/,
    meaning: 'every database has it from the start',
  },
  { kind: 'harmless', message: /extension "[^"]*" already exists/, meaning: 'the extension is there already' },
  {
    kind: 'harmless',
    message: /must be owner of extension/,
    command: /^COMMENT ON EXTENSION/,
    meaning: 'only the comment of an extension is missing',
  },
  {
    kind: 'harmless',
    message: /unrecognized configuration parameter/,
    command: /^SET /,
    meaning: 'the server is older than pg_restore, and does not know a setting of its session',
  },
  {
    kind: 'ownership',
    message: /role "[^"]*" does not exist|must be (able to SET ROLE|member of role)|permission denied/,
    command: OWNERSHIP,
    meaning: 'an owner or a right of the archive could not be given',
  },
  { kind: 'loss', message: /COPY failed/, meaning: 'rows of a table are missing' },
];

/** What an error means; what no row knows is counted as a loss. Pure. */
export const classify = ({ message, command }: SaidError): { kind: ErrorKind; meaning: string } => {
  const row = TABLE.find(
    (each) => each.message.test(message) && (each.command === undefined || each.command.test(command ?? '')),
  );
  if (row !== undefined) return { kind: row.kind, meaning: row.meaning };
  // Every statement's failure begins so; any other error ends the program.
  if (/^could not execute query/.test(message))
    return { kind: 'loss', meaning: 'something of the archive is not there' };
  return { kind: 'fatal', meaning: 'pg_restore could not go on' };
};
