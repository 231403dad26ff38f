import { reindexSql } from '../plan/reindex-statement.ts';
import { identifyRebuild } from '../queries/identify_rebuild.ts';
import { indexDefinitions } from '../queries/index_definitions.ts';
import { indexesOfTable } from '../queries/indexes_of_table.ts';
import {
  type AfterReindex,
  type BuildOutcome,
  definitionTail,
  type NamedAt,
  needsDefinitions,
  outcomeOfReindex,
  ownError,
  type ReindexEnd,
  type ReindexTraces,
  type ReplacedIndex,
  type RunState,
  type StepState,
} from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import { type BuilderContext, identifyBy, prepare } from './builder.ts';
import { backendGone } from './canceller.ts';
import { type Session, SessionLost, toErrorFacts } from './session.ts';

const BUILDING = /^building index "(.+)" on table "/;

/** Listens for the server's word to our own session that this very statement began to fill an index, and under which name. */
const hearBuilding = ({ heardNames }: BuilderContext, session: Session, step: number): (() => void) => {
  heardNames.delete(step);
  return session.onNotice(({ message }) => {
    const [, name] = BUILDING.exec(message) ?? [];
    if (name !== undefined) heardNames.set(step, name);
  });
};

const identify = (
  context: BuilderContext,
  step: number,
  pid: number,
  { oid: was, tableOid }: ReplacedIndex,
  ended: AbortSignal,
): Promise<void> =>
  identifyBy(context, step, ended, (session, within) => identifyRebuild(session, { pid, was, tableOid }, within));

const tracesOf = ({ heardNames, unsent }: BuilderContext, step: number, oid: number | null): ReindexTraces => ({
  oid,
  heard: heardNames.get(step) ?? null,
  unsent: unsent.has(step),
});

/** What stands on the table by now; definitions only where the claim rests on them, since a lock may hold them up. */
const lookAfter = (
  { inspect }: BuilderContext,
  replaces: ReplacedIndex,
  withDefinitions: boolean,
): Promise<AfterReindex> =>
  askUntilAnswered(inspect, async (session) => {
    const rows = await indexesOfTable(session, replaces.tableOid);
    const oids = withDefinitions ? rows.map(({ oid }) => oid) : [];
    const definitions = oids.length === 0 ? new Map<number, string>() : await indexDefinitions(session, oids);
    const all = rows.map(({ is_constraint: constraint, ...row }): NamedAt => {
      const definition = definitions.get(row.oid);
      return { ...row, constraint, tail: definition === undefined ? null : definitionTail(definition) };
    });
    const { oid, schema, name } = replaces;
    return {
      named: all.find((index) => index.schema === schema && index.name === name) ?? null,
      old: all.find((index) => index.oid === oid) ?? null,
      invalid: all.filter((index) => !index.valid && index.oid !== oid),
    };
  });

const NOT_RECORDED: BuildOutcome = {
  kind: 'failed',
  error: ownError('what it was to replace is not on record'),
  leftover: null,
};

const ANOTHER = ownError('its name does not stand any more for the index that was to be rebuilt: not touched');

/** Sends one REINDEX INDEX CONCURRENTLY and says how it ended, by what the catalog has then. */
export const reindex = async (
  context: BuilderContext,
  session: Session,
  state: RunState,
  step: StepState,
  oidOf: () => number | null,
): Promise<BuildOutcome> => {
  const { replaces } = step;
  if (replaces === null) return NOT_RECORDED;
  const outcome = async (
    end: ReindexEnd,
    about: { error: ReturnType<typeof toErrorFacts> | null; durationMs: number },
  ) => {
    const traces = tracesOf(context, step.id, oidOf());
    const after = await lookAfter(context, replaces, needsDefinitions(traces, end));
    return outcomeOfReindex(after, replaces, tracesOf(context, step.id, oidOf()), end, about);
  };
  const ended = new AbortController();
  const deafen = hearBuilding(context, session, step.id);
  context.unsent.add(step.id);
  let began = performance.now();
  try {
    await prepare(session, state, step.step);
    // Right before, since the server goes by the name.
    const { named } = await lookAfter(context, replaces, false);
    if (named?.oid !== replaces.oid) return { kind: 'failed', error: ANOTHER, leftover: null };
    began = performance.now();
    context.unsent.delete(step.id);
    const identifying = identify(context, step.id, session.pid, replaces, ended.signal);
    try {
      await session.execute(reindexSql(replaces));
    } finally {
      ended.abort();
      await identifying;
    }
    return await outcome('done', { error: null, durationMs: performance.now() - began });
  } catch (error) {
    const facts = toErrorFacts(error);
    if (session.lost || error instanceof SessionLost) return { kind: 'lost', error: facts };
    return outcome('failed', { error: facts, durationMs: performance.now() - began });
  } finally {
    deafen();
  }
};

/**
 * What became of a rebuild whose connection, or whose engine, was lost: waits for its backend to end, and then reads the catalog.
 * `impatient` and `oidOf` as for `reconcile`.
 */
export const reconcileReindex = async (
  context: BuilderContext,
  step: StepState,
  impatient: () => boolean,
  oidOf: () => number | null,
): Promise<BuildOutcome> => {
  const { replaces, backend } = step;
  if (replaces === null) return NOT_RECORDED;
  if (backend !== null) {
    const ended = new AbortController();
    const identifying = oidOf() === null ? identify(context, step.id, backend.pid, replaces, ended.signal) : null;
    await backendGone(context.control, backend, impatient);
    ended.abort();
    await identifying;
  }
  const error = step.error ?? ownError('the connection was lost while it was rebuilt');
  const traces = tracesOf(context, step.id, oidOf());
  const after = await lookAfter(context, replaces, needsDefinitions(traces, 'lost'));
  const durationMs = step.startedAt === null ? 0 : Date.now() - Date.parse(step.startedAt);
  return outcomeOfReindex(after, replaces, tracesOf(context, step.id, oidOf()), 'lost', { error, durationMs });
};
