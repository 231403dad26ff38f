import type { ConnectionConfig } from '../../engine/config.ts';
import type { ConnectionFlags } from './flags.ts';
import { logIn } from './login.ts';
import { askHidden, type Terminal } from './prompt.ts';
import { connectionSettings } from './settings.ts';

export type { ConnectionFlags } from './flags.ts';
export { UnreachableError } from './login.ts';

/**
 * The connection that flags, URI, environment, service and password files name, tried once. Throws a UsageError for
 * what cannot be understood, and an UnreachableError for what does not answer.
 */
export const resolveConnection = async (
  flags: ConnectionFlags,
  environment: NodeJS.ProcessEnv,
  terminal: Terminal | null,
): Promise<ConnectionConfig> => {
  const settings = connectionSettings(flags, environment);
  const ask = async (question: string) => (terminal === null ? null : askHidden(terminal, question));
  return await logIn(settings, ask, (text) => process.stderr.write(`indexdeck: ${text}\n`));
};
