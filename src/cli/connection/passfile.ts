import { readFileSync, statSync } from 'node:fs';

export interface PassfileEntry {
  host: string;
  port: string;
  database: string;
  user: string;
}

const FIELD = '((?:[^:\\\\]|\\\\.)*)';
const LINE = new RegExp(`^${[FIELD, FIELD, FIELD, FIELD].join(':')}:(.*)$`, 's');

/** The fields of a line: split at colons, a backslash keeping the next character as it is. */
const fields = (line: string): string[] =>
  (LINE.exec(line) ?? []).slice(1).map((field) => field.replace(/\\(.)/gs, '$1'));

/** The password of the first line that fits; null when none does. */
export const findPassword = (text: string, wanted: PassfileEntry): string | null => {
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue;
    const [host, port, database, user, password] = fields(line);
    const pairs = [
      [host, wanted.host],
      [port, wanted.port],
      [database, wanted.database],
      [user, wanted.user],
    ];
    if (password && pairs.every(([pattern, value]) => pattern === '*' || pattern === value)) return password;
  }
  return null;
};

/** The password that a password file has for this connection. One that others may read is not used, and `warn` says so. */
export const readPassfile = (path: string, wanted: PassfileEntry, warn: (text: string) => void): string | null => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (!stat.isFile()) {
    warn(`the password file ${path} is not a plain file, and is not used`);
    return null;
  }
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
    warn(`the password file ${path} can be read by others, and is not used: chmod 0600 ${path}`);
    return null;
  }
  try {
    return findPassword(readFileSync(path, 'utf8'), wanted);
  } catch (error) {
    warn(`cannot read the password file ${path}: ${(error as Error).message}`);
    return null;
  }
};
