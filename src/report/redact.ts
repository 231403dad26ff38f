import { plainText } from '../run/index.ts';

/** A connection string, with or without a password: where it leads is nobody's business either. */
const CONNECTION_STRING = /\bpostgres(?:ql)?:\/\/[^\s'"<>]+/gi;
const PASSWORD = /\b(password|passwd|pgpassword)(\s*[=:]\s*)(?:'(?:[^'\\]|\\.)*'|"[^"]*"|[^\s,;]+)/gi;
/** How the server names the values of a row: `Key (slug)=(pizza) already exists.`, `Failing row contains (1, x).` */
const KEY_VALUES = /(\)\s*=\s*)\((?:[^()]|\([^()]*\))*\)/g;
const FAILING_ROW = /(Failing row contains )\(.*\)/gis;

const withoutSecrets = (text: string): string =>
  text.replace(CONNECTION_STRING, 'postgres://…').replace(PASSWORD, '$1$2…');

/** A text without connection strings and passwords, safe to print on one line. */
export const clean = (text: string): string => plainText(withoutSecrets(text));

/** A server's message, without the values of rows that it quotes, unless they are to be kept. */
export const cleanMessage = (text: string, keepLiterals: boolean): string =>
  clean(keepLiterals ? text : text.replace(KEY_VALUES, '$1(…)').replace(FAILING_ROW, '$1(…)'));

/** The same value with each text in it cleaned. */
export const cleanAll = <T>(value: T): T => {
  if (typeof value === 'string') return clean(value) as T;
  if (Array.isArray(value)) return value.map(cleanAll) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cleanAll(each)])) as T;
};
