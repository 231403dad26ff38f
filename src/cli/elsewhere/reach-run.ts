import { type Feed, JournalFeed, type LiveFeed, RunClient, type RunEntry } from '../../client/index.ts';
import type { ConnectionConfig } from '../../engine/config.ts';
import type { ClientRole } from '../../run/index.ts';
import { findTheRun, type RunSelection, runWord } from '../choose-run.ts';
import { resolveConnection, UnreachableError } from '../connection/index.ts';
import { UsageError } from '../errors.ts';
import { actor, journalDirectory } from '../identity.ts';
import { type Io, say, terminalOf } from '../io.ts';
import { LEDGER_SCHEMA } from '../options/deploy-options.ts';
import { newestInLedger } from '../resume/ledger.ts';
import { followLedger } from './ledger-feed.ts';

/** A run, and where it can be had: from its directory on this machine, or from the ledger in its database. */
export type Reached =
  | { kind: 'here'; run: string; entry: RunEntry }
  | { kind: 'elsewhere'; run: string; connection: ConnectionConfig; schema: string };

/** Variables that name a database as flags do. */
const NAMING = ['PGHOST', 'PGDATABASE', 'PGSERVICE', 'DATABASE_URL', 'PGHOSTADDR'];

const isGiven = ({ flags }: RunSelection): boolean => Object.keys(flags).length > 0;

const isNamed = (selection: RunSelection, { env }: Io): boolean =>
  isGiven(selection) || NAMING.some((name) => (env[name] ?? '') !== '');

const nowhere = ({ run, journal }: RunSelection, io: Io): UsageError => {
  const dir = journalDirectory(journal, io.env);
  const which = run === undefined ? 'no run' : `no run ${run}`;
  return new UsageError(
    `there is ${which} in ${dir}. One that goes on elsewhere is followed through its database: name that with -h and -d`,
  );
};

/**
 * Finds the run that is meant. Its engine's socket comes first; a run that does not go on here may go on elsewhere, and is
 * looked for in the ledger of the database that is named.
 */
export const reachRun = async (selection: RunSelection, io: Io, wanted: 'any' | 'living'): Promise<Reached> => {
  const local = await findTheRun(selection, io, wanted === 'living' ? 'one-living' : 'any');
  if (local?.alive) return { kind: 'here', run: local.run, entry: local };
  const here: Reached | null = local === null ? null : { kind: 'here', run: local.run, entry: local };
  // One that is called by its name and has ended here is looked at here, unless flags say where else it may have gone on.
  const isMeant = here !== null && selection.run !== undefined && wanted === 'any';
  const looksElsewhere = isMeant ? isGiven(selection) : isNamed(selection, io);
  const connection = looksElsewhere ? await connectionTo(selection, here, io) : null;
  if (connection !== null) {
    const schema = selection.ledgerSchema ?? local?.state?.options.ledger?.schema ?? LEDGER_SCHEMA;
    const found = await newestInLedger(connection, schema, selection.run);
    // The same history, or less of it, is as good here.
    const isNews = found !== null && (local?.run !== found.run || found.seq > (local.state?.seq ?? 0));
    if (found !== null && isNews && (wanted === 'any' || found.status === null))
      return { kind: 'elsewhere', run: found.run, connection, schema };
    if (here === null) {
      const what =
        found === null
          ? `there is no run${selection.run === undefined ? '' : ` ${selection.run}`}`
          : `run ${found.run} does not go on any more: it finished with status ${found.status}`;
      throw new UsageError(
        `${what}, neither on this machine nor in the ledger (schema ${schema}) of ${connection.database}`,
      );
    }
  }
  if (here === null) throw nowhere(selection, io);
  if (wanted === 'living' && local !== null)
    throw new UsageError(
      `run ${local.run} does not go on any more: ${runWord(local)}. If it was taken up elsewhere, name its database with -h and -d`,
    );
  return here;
};

/** Null where the database does not answer, and there is something to be seen here all the same. */
const connectionTo = (selection: RunSelection, here: Reached | null, io: Io): Promise<ConnectionConfig | null> =>
  resolveConnection(selection.flags, io.env, terminalOf(io)).catch((error: unknown) => {
    if (!(error instanceof UnreachableError) || here === null) throw error;
    say(io, `${error.message}. What is on this machine is all that can be seen`);
    return null;
  });

/** A client of a run that goes on. */
export const joinRun = (reached: Reached, role: ClientRole): LiveFeed =>
  reached.kind === 'here'
    ? new RunClient({ dir: reached.entry.dir, role, name: actor() })
    : followLedger(reached.connection, reached.schema, reached.run, role);

/** What shows a run, whether it goes on or not. */
export const watchRun = (reached: Reached): { feed: Feed; live: LiveFeed | null } => {
  if (reached.kind === 'here' && !reached.entry.alive) return { feed: new JournalFeed(reached.entry.dir), live: null };
  const live = joinRun(reached, 'observer');
  return { feed: live, live };
};

/** Where the record of a run is, in words. */
export const recordOf = (reached: Reached): string =>
  reached.kind === 'here'
    ? reached.entry.dir
    : `the ledger (schema ${reached.schema}) of ${reached.connection.database}`;
