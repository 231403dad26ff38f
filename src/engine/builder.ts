import { quoteIdent } from '../plan/ident.ts';
import type { CreateIndexStep } from '../plan/types.ts';
import { configureSession } from '../queries/configure_session.ts';
import { identifyBuild } from '../queries/identify_build.ts';
import type { BuildOutcome, IndexAt, RunnableStep, RunState, StepState, Traces } from '../run/index.ts';
import { claimOfFailed, leftoverOf, outcomeOfSuccess, ownError, removedBy, takesShortLock } from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import { findLeftover } from './catalog/index.ts';
import type { KeptSession } from './kept-session.ts';
import type { Session } from './session.ts';
import { SessionLost, toErrorFacts } from './session.ts';
import { buildingSettings, settingsFor } from './settings.ts';
import { executeBriefly } from './short-lock.ts';
import { pause } from './time.ts';

/** The builds' OIDs are asked for quickly at first: a small table is indexed within milliseconds. */
const FIRST_LOOK_MS = 20;
const LONGEST_LOOK_MS = 1_000;
/** On the session that has to cancel in an emergency nothing may wait long. */
const ANSWER_WITHIN_MS = 3_000;

/** What a builder works with. */
export interface BuilderContext {
  control: KeptSession;
  inspect: KeptSession;
  /** Tells the engine of the index's OID as soon as the server names it. */
  identified(step: number, oid: number): void;
  /** Steps whose present attempt the server told us it began to fill: kept when the connection is lost. */
  heard: Set<number>;
  /** And under which name, where that is the server's choice: a REINDEX. */
  heardNames: Map<number, string>;
  /** Steps whose present attempt this process has not sent yet: a lost connection has left nothing of it. */
  unsent: Set<number>;
}

/** The settings of the session that works for a step: ours, the plan's, those of --set; and never a timeout. */
const settingsOf = (state: RunState, step: RunnableStep): Record<string, string> => {
  const chosen = (state.preflight?.settings ?? []).map(({ name, value }): [string, string] => [name, value]);
  const planned = step.settings.flatMap(({ name, value }): [string, string][] =>
    value === null ? [] : [[name, value]],
  );
  const path: [string, string][] =
    step.searchPath === null ? [] : [['search_path', step.searchPath.map(quoteIdent).join(', ')]];
  return { ...Object.fromEntries([...chosen, ...planned, ...path]), ...state.options.settings, ...buildingSettings };
};

/** Gives the session exactly the settings of this step, whatever the step before it had. */
export const prepare = async (session: Session, state: RunState, step: RunnableStep): Promise<void> => {
  const within = { timeoutMs: 10_000 };
  await session.execute('RESET ALL', within);
  await configureSession(session, settingsFor(session.serverVersionNum, settingsOf(state, step)), within);
};

/** The schema and table an index of this step belongs to, as preflight resolved them. */
export const placeOf = (state: RunState, step: StepState): { schema: string; tableOid: number } | null => {
  const table = state.tables.find((facts) => facts.oid === step.tableOid);
  if (table !== undefined) return { schema: table.schema, tableOid: table.oid };
  // Of what the plan has dropped preflight finds no table any more.
  const removed = removedBy(state, step.id);
  return removed === undefined || removed.tableOid === null
    ? null
    : { schema: removed.schema, tableOid: removed.tableOid };
};

/** Asks for the OID of the index under construction until `ask` gives one, or the build has ended. */
export const identifyBy = async (
  context: BuilderContext,
  step: number,
  ended: AbortSignal,
  ask: (session: Session, within: { timeoutMs: number }) => Promise<number | null>,
): Promise<void> => {
  for (let wait = FIRST_LOOK_MS; !ended.aborted; wait = Math.min(wait * 2, LONGEST_LOOK_MS)) {
    const session = context.control.current;
    const oid = session === null ? null : await ask(session, { timeoutMs: ANSWER_WITHIN_MS }).catch(() => null);
    if (oid !== null) {
      context.identified(step, oid);
      return;
    }
    await pause(wait, ended);
  }
};

/** `identifyBy` what the server says of the build of this backend. */
export const identify = (context: BuilderContext, step: number, pid: number, ended: AbortSignal): Promise<void> =>
  identifyBy(context, step, ended, (session, within) => identifyBuild(session, pid, within));

/** What stands in the place of this index. One made ON ONLY a partitioned table is whole as soon as it is there. */
export const lookUntilKnown = async (
  context: BuilderContext,
  create: CreateIndexStep,
  where: { schema: string; name: string; tableOid: number },
): Promise<IndexAt | null> => {
  const found = await askUntilAnswered(context.inspect, (session) => findLeftover(session, where));
  return found !== null && takesShortLock(create) ? { ...found, valid: true } : found;
};

export const tracesOf = ({ heard, unsent }: BuilderContext, step: number, oid: number | null): Traces => ({
  oid,
  heard: heard.has(step),
  unsent: unsent.has(step),
});

/** Listens for the server's word to our own session that this very statement began to fill an index of this name. */
const hearBuilding = (context: BuilderContext, session: Session, step: number, name: string): (() => void) => {
  context.heard.delete(step);
  return session.onNotice((notice) => {
    if (notice.message.startsWith(`building index "${name}" on table`)) context.heard.add(step);
  });
};

/**
 * Sends one CREATE INDEX CONCURRENTLY and says how it ended. A leftover is `ours` only if the server said so: its OID
 * is the one that our backend was building, or our session was told that it began to fill an index of this name.
 */
export const build = async (
  context: BuilderContext,
  session: Session,
  state: RunState,
  step: StepState,
  create: CreateIndexStep,
  oidOf: () => number | null,
): Promise<BuildOutcome> => {
  const place = placeOf(state, step);
  if (place === null) return { kind: 'failed', error: ownError('its table is not known'), leftover: null };
  const where = { ...place, name: create.name };
  const ended = new AbortController();
  const deafen = hearBuilding(context, session, step.id, create.name);
  context.unsent.add(step.id);
  try {
    await prepare(session, state, create);
    const began = performance.now();
    context.unsent.delete(step.id);
    const identifying = identify(context, step.id, session.pid, ended.signal);
    try {
      if (takesShortLock(create)) await executeBriefly(session, create.buildSql);
      else await session.execute(create.buildSql);
    } finally {
      ended.abort();
      await identifying;
    }
    const durationMs = performance.now() - began;
    const made = await lookUntilKnown(context, create, where);
    return outcomeOfSuccess(made, where, tracesOf(context, step.id, oidOf()), durationMs);
  } catch (error) {
    const facts = toErrorFacts(error);
    if (session.lost || error instanceof SessionLost) return { kind: 'lost', error: facts };
    const left = await lookUntilKnown(context, create, where);
    const traces = tracesOf(context, step.id, oidOf());
    const ours = left !== null && claimOfFailed(left, traces) === 'ours';
    return { kind: 'failed', error: facts, leftover: leftoverOf(left, where, facts, ours, traces) };
  } finally {
    deafen();
  }
};
