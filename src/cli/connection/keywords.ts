import { UsageError } from '../errors.ts';

/** The keywords of a libpq connection string that are acted on. */
export const KEYWORDS = [
  'host',
  'hostaddr',
  'port',
  'dbname',
  'user',
  'password',
  'passfile',
  'service',
  'servicefile',
  'options',
  'connect_timeout',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
] as const;

export type Keyword = (typeof KEYWORDS)[number];

/** What one source says of a connection. */
export type Keywords = Partial<Record<Keyword, string>>;

/** libpq's other keywords: accepted, since strings are passed around between programs, and without effect here. */
const WITHOUT_EFFECT = new Set([
  'application_name',
  'channel_binding',
  'client_encoding',
  'fallback_application_name',
  'gssdelegation',
  'gssencmode',
  'gsslib',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
  'krbsrvname',
  'load_balance_hosts',
  'max_protocol_version',
  'min_protocol_version',
  'require_auth',
  'requirepeer',
  'requiressl',
  'ssl_max_protocol_version',
  'ssl_min_protocol_version',
  'sslcertmode',
  'sslcompression',
  'sslcrl',
  'sslcrldir',
  'sslkeylogfile',
  'sslnegotiation',
  'sslpassword',
  'sslsni',
  'target_session_attrs',
  'tcp_user_timeout',
]);

const isKeyword = (name: string): name is Keyword => (KEYWORDS as readonly string[]).includes(name);

/** Adds one keyword that a string or a file gives; `where` names that source, never its text, which may hold a password. */
export const addKeyword = (keywords: Keywords, name: string, value: string, where: string): void => {
  if (isKeyword(name)) keywords[name] = value;
  else if (name === 'ssl' && value === 'true') keywords.sslmode = 'require';
  else if (!WITHOUT_EFFECT.has(name))
    throw new UsageError(`${where} has an unknown parameter: ${JSON.stringify(name)}`);
};
