import { UsageError } from '../errors.ts';
import { addKeyword, type Keywords } from './keywords.ts';

const URI = /^postgres(?:ql)?:\/\//;

/** User and password end at the first @ before any slash, as libpq has it; a host in brackets is an IPv6 address. */
const PARTS =
  /^(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<host>\[[^\]]*\]|[^:/?]*)(?::(?<port>[^/?]*))?(?:\/(?<dbname>[^?]*))?(?:\?(?<query>.*))?$/s;

export const isUri = (text: string): boolean => URI.test(text);

const decode = (text: string, where: string): string => {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch (cause) {
    throw new UsageError(
      `${where} is not a valid URI: a % must be followed by two hexadecimal digits (write % as %25)`,
      {
        cause,
      },
    );
  }
  if (decoded.includes('\0')) throw new UsageError(`${where} is not a valid URI: it holds %00`);
  return decoded;
};

/** Reads postgres://user:password@host:port/dbname?keyword=value. `where` names the source in messages. */
export const parseUri = (text: string, where: string): Keywords => {
  const groups = PARTS.exec(text.replace(URI, ''))?.groups;
  if (groups === undefined) throw new UsageError(`${where} is not a valid URI: postgres://user@host:port/dbname`);
  const keywords: Keywords = {};
  for (const name of ['user', 'password', 'host', 'port', 'dbname'] as const) {
    const value = decode(groups[name] ?? '', where);
    if (value !== '') keywords[name] = name === 'host' ? value.replace(/^\[(.*)\]$/, '$1') : value;
  }
  for (const parameter of (groups.query ?? '').split('&').filter((part) => part !== '')) {
    const at = parameter.indexOf('=');
    if (at === -1) throw new UsageError(`${where} has a parameter without a value: write name=value after the ?`);
    addKeyword(keywords, decode(parameter.slice(0, at), where), decode(parameter.slice(at + 1), where), where);
  }
  return keywords;
};
