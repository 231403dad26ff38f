import type { ConnectionFlags } from '../connection/index.ts';

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A password in a connection string is not said again. */
const withoutPassword = (dbname: string): string =>
  dbname.replace(/^(\w+:\/\/[^/?#@:]*):[^/?#]*@/, '$1@').replace(/\bpassword\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)/g, '');

/** The command line of `indexdeck restore` with these arguments, to the same database, for a person to copy. */
export const restoreCommand = (
  args: readonly string[],
  flags: ConnectionFlags,
  journal: string | undefined,
  database: string,
): string => {
  const { host, port, username, dbname } = flags;
  const connection = [
    ...(host === undefined ? [] : ['-h', host]),
    ...(port === undefined ? [] : ['-p', port]),
    ...(username === undefined ? [] : ['-U', username]),
    ...(dbname === undefined ? [] : ['-d', withoutPassword(dbname)]),
  ];
  const kept = journal === undefined ? [] : ['--journal', journal];
  return ['indexdeck', 'restore', ...args, ...connection, ...kept, '--confirm', database].map(quoted).join(' ');
};
