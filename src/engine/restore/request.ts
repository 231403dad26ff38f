import type { Located } from '../backup/index.ts';
import type { ConnectionConfig } from '../config.ts';
import type { RestoreEvent } from './events.ts';
import type { Look } from './look.ts';

export interface RestoreRequest {
  id: string;
  located: Located;
  mode: 'beside' | 'in-place';
  /** Connections of pg_restore. */
  jobs: number;
  /** To the database that is in use. */
  connection: ConnectionConfig;
  /** The archive may be of another database or server. */
  fromElsewhere: boolean;
  /** Beside: put it in the place of the one in use when it is proven. */
  swap: boolean;
  analyze: boolean;
  /** Give owners, and rights, as the archive has them. */
  owners: boolean;
  privileges: boolean;
  binDir: string | null;
  journal: string;
  /** indexdeck's version, and who runs it. */
  version: string;
  by: string;
  emit: (event: RestoreEvent) => void;
  /** Asks whether it shall be; false: no. Everything that is known is given. */
  confirm: (look: Look) => Promise<boolean>;
  /** The command line of ours that does this: `restore`, its arguments, and the connection. */
  command: (args: readonly string[]) => string;
  signal: AbortSignal;
}
