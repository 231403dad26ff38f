import { plainText } from '../../run/plain-text.ts';
import { UsageError } from '../errors.ts';
import { type Io, terminalOf } from '../io.ts';
import { ask } from '../output/question.ts';

/** What a restore has to be told before it begins: the database's name, in advance or when asked. */
export interface Confirmation {
  /** --confirm; null without it. */
  given: string | null;
  database: string;
}

/** Refuses, before anything is looked at, what nobody could answer. --yes is no answer to this question. */
export const requireName = ({ given, database }: Confirmation, io: Io): void => {
  if (given !== null && given !== database)
    throw new UsageError(`--confirm says ${JSON.stringify(given)}, but the database is ${JSON.stringify(database)}`);
  if (given === null && terminalOf(io) === null)
    throw new UsageError('there is no terminal to ask on: a restore needs the database’s name, --confirm DBNAME');
};

/** Asks for the database's name; anything else, and Enter alone, is no. */
export const askForName = async (
  { given, database }: Confirmation,
  what: string,
  io: Io,
  signal: AbortSignal,
): Promise<boolean> => {
  if (given !== null) return given === database;
  const terminal = terminalOf(io);
  if (terminal === null) return false;
  const answer = await ask(terminal, `${plainText(what)} Type the database's name to go on: `, signal);
  return answer === database;
};
