/** Settings that older servers do not know, and the version that brought them. */
const SINCE: Readonly<Record<string, number>> = {
  idle_session_timeout: 140000,
  client_connection_check_interval: 140000,
  transaction_timeout: 170000,
};

/** These settings without those that a server of this version does not have. */
export const settingsFor = (
  serverVersionNum: number,
  settings: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => serverVersionNum >= (SINCE[name] ?? 0)));

/**
 * For every session. How the server reads what it is sent: as the plan's reader did. A role's default of `off` would make a backslash in a
 * string end somewhere else, with live code after it.
 */
export const readingSettings: Readonly<Record<string, string>> = {
  standard_conforming_strings: 'on',
  client_encoding: 'UTF8',
  // By default the server takes two hours to notice that we are gone: so long an advisory lock or an idle backend of a
  // lost connection would stand. Over a Unix socket these have no effect.
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
};

/**
 * For sessions that only look: they give up before they are in anybody's way. A role or a database may carry defaults,
 * so all is said. pg_cancel_backend and pg_terminate_backend work in a read-only transaction.
 */
export const watchingSettings: Readonly<Record<string, string>> = {
  ...readingSettings,
  statement_timeout: '5s',
  lock_timeout: '2s',
  idle_in_transaction_session_timeout: '10s',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  default_transaction_read_only: 'on',
  jit: 'off',
};

/**
 * For sessions that build and drop: nothing but ourselves may end them, since both timeouts also count in the waits of a
 * concurrent build, or forbid them to write. debug1 brings the notice `building index "x" on table "y" serially` (never
 * translated): the server's word that this session's statement made the catalog's entry, and not another session's.
 */
export const buildingSettings: Readonly<Record<string, string>> = {
  ...readingSettings,
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  default_transaction_read_only: 'off',
  client_min_messages: 'debug1',
};
