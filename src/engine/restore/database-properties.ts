import { quoteIdent, quoteLiteral } from '../../plan/ident.ts';
import type { DatabaseGrantRow, DatabaseRow, DatabaseSettingRow } from '../../queries/restore_database.ts';

/** Settings that hold a list of names: flagged GUC_LIST_QUOTE in the server, and so in pg_dump. */
const LISTS = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/** The elements of a stored list: `"$user", public`, quoted as identifiers are. */
export const splitList = (text: string): string[] =>
  [...text.matchAll(/"((?:[^"]|"")*)"|[^\s,"]+/g)].map(([bare, quoted]) => quoted?.replaceAll('""', '"') ?? bare);

const locale = ({ provider, locale: name, icu_rules: rules, collate, ctype }: DatabaseRow): string[] => [
  `LC_COLLATE ${quoteLiteral(collate)}`,
  `LC_CTYPE ${quoteLiteral(ctype)}`,
  ...(provider === 'i' ? ['LOCALE_PROVIDER icu', ...(name === null ? [] : [`ICU_LOCALE ${quoteLiteral(name)}`])] : []),
  ...(provider === 'i' && rules !== null ? [`ICU_RULES ${quoteLiteral(rules)}`] : []),
  ...(provider === 'b' ? ['LOCALE_PROVIDER builtin', `BUILTIN_LOCALE ${quoteLiteral(name ?? collate)}`] : []),
];

/** The statement that makes an empty database of this name, like the one in use. */
export const createLike = (name: string, like: DatabaseRow): string =>
  [
    `CREATE DATABASE ${quoteIdent(name)} TEMPLATE template0`,
    `OWNER ${quoteIdent(like.owner)}`,
    `ENCODING ${quoteLiteral(like.encoding)}`,
    ...locale(like),
    `TABLESPACE ${quoteIdent(like.tablespace)}`,
  ].join(' ');

const settingStatement = (database: string, { role, setting }: DatabaseSettingRow): string => {
  const at = setting.indexOf('=');
  const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
  const list = LISTS.has(name) ? splitList(value).map(quoteLiteral) : [quoteLiteral(value)];
  const whom = role === null ? 'ALTER DATABASE' : `ALTER ROLE ${quoteIdent(role)} IN DATABASE`;
  // A setting of an extension has a name in two parts.
  const setTo = name.split('.').map(quoteIdent).join('.');
  return `${whom} ${quoteIdent(database)} SET ${setTo} TO ${list.length === 0 ? "''" : list.join(', ')}`;
};

/** The statements that give a database the comment, settings and rights of another: what no archive of ours restores. */
export const dressLike = (
  name: string,
  like: DatabaseRow,
  settings: readonly DatabaseSettingRow[],
  grants: readonly DatabaseGrantRow[],
): string[] => {
  const database = quoteIdent(name);
  const grantee = (role: string | null): string => (role === null ? 'PUBLIC' : quoteIdent(role));
  return [
    // Only now: pg_restore's own connections would count.
    `ALTER DATABASE ${database} CONNECTION LIMIT ${like.connection_limit}`,
    ...(like.comment === null ? [] : [`COMMENT ON DATABASE ${database} IS ${quoteLiteral(like.comment)}`]),
    ...settings.map((setting) => settingStatement(name, setting)),
    ...(grants.length === 0 ? [] : [`REVOKE ALL ON DATABASE ${database} FROM PUBLIC, ${quoteIdent(like.owner)}`]),
    ...grants.map(
      ({ role, privilege, grantable }) =>
        `GRANT ${privilege} ON DATABASE ${database} TO ${grantee(role)}${grantable ? ' WITH GRANT OPTION' : ''}`,
    ),
  ];
};
