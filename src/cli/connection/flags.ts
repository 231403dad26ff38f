import { parseConninfo } from './conninfo.ts';
import type { Keywords } from './keywords.ts';
import { isUri, parseUri } from './uri.ts';

/** The connection flags of the command line. */
export interface ConnectionFlags {
  host?: string;
  port?: string;
  username?: string;
  /** A name, a URI, or a string of name=value. */
  dbname?: string;
}

const fromDbname = (text: string): Keywords => {
  if (isUri(text)) return parseUri(text, 'the URI of -d');
  return text.includes('=') ? parseConninfo(text, 'the connection string of -d') : { dbname: text };
};

/** What the flags say; a URI or string of -d overrides the other flags, as in psql. */
export const fromFlags = ({ host, port, username, dbname }: ConnectionFlags): Keywords => ({
  ...(host === undefined ? {} : { host }),
  ...(port === undefined ? {} : { port }),
  ...(username === undefined ? {} : { user: username }),
  ...(dbname === undefined ? {} : fromDbname(dbname)),
});
