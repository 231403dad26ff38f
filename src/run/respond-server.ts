import type { EventBody, Found, PreflightFacts, VerifyResult } from './events.ts';
import type { Input } from './inputs.ts';
import { reindexLost, reindexTakenBack } from './respond-reindex.ts';
import { compareServers, isRefused, isSameServer, REFUSED_WORDS } from './server.ts';
import type { RunState, StepState } from './state.ts';
import { stepName } from './steps.ts';

type Of<K extends Input['kind']> = Extract<Input, { kind: K }>;

const INDEXDECK = 'indexdeck';

const paused = (reason: string): EventBody => ({
  type: 'run.paused',
  cause: 'server',
  gate: null,
  by: INDEXDECK,
  reason,
});

/** Nothing may go on against another server: before go that is the end, after it a person has to see to it. */
const strange = (state: RunState): EventBody[] => {
  const reason = `${REFUSED_WORDS['another-server']}: nothing is sent to it`;
  if (state.phase === 'aborting' || state.phase === 'finished') return [];
  return state.approvedAt === null ? [{ type: 'abort.started', by: INDEXDECK, reason }] : [paused(reason)];
};

/** Which server a session found, when it was made. */
export const serverSeen = (state: RunState, { server }: Of<'server-seen'>): EventBody[] => {
  const known = state.server;
  if (known === null || known.inRecovery)
    return known !== null && isSameServer(known, server) ? [] : [{ type: 'server.identified', server }];
  const kind = compareServers(known, server);
  if (kind === 'same')
    return state.refusedServer === null ? [] : [{ type: 'server.changed', kind: 'back', from: known, to: server }];
  const changed: EventBody = { type: 'server.changed', kind, from: known, to: server };
  if (!isRefused(kind)) return [changed];
  if (state.refusedServer?.kind === kind) return [];
  return kind === 'another-server' ? [changed, ...strange(state)] : [changed];
};

const lost = (
  step: StepState,
  why: string,
  leftover: Extract<EventBody, { type: 'step.lost' }>['leftover'],
): EventBody => ({
  type: 'step.lost',
  step: step.id,
  name: stepName(step.step),
  oid: step.oid,
  leftover,
  why,
});

/** What the plan has dropped, and is there as if it had not been: by its OID it is the very one. */
const returned = (state: RunState, step: StepState, found: Found | null): EventBody[] =>
  found?.kind === 'to-drop' && state.removed.some((index) => index.step === step.id && index.oid === found.oid)
    ? [lost(step, 'it was dropped, and is there again', null)]
    : [];

/** Indexes on record as done that are not there any more, or not as they were. */
const lostIndexes = (state: RunState, looked: PreflightFacts['steps']): EventBody[] =>
  looked.flatMap(({ step: id, found }) => {
    const step = state.steps[id];
    if (step?.step.kind === 'drop-index') return returned(state, step, found);
    if (step?.step.kind === 'reindex') return reindexLost(state, step, found);
    if (step?.step.kind !== 'create-index' || (step.status !== 'done' && step.status !== 'equal')) return [];
    if (found === null || found.kind === 'equal') return [];
    // On its way: what belongs to it is not all attached yet.
    if (found.kind === 'incomplete' && step.step.only && found.oid === (step.oid ?? found.oid)) return [];
    const schema = state.tables.find((table) => table.oid === step.tableOid)?.schema;
    // By its OID it is this run's own, which this server knows only half built.
    const ours = found.kind === 'invalid' && step.status === 'done' && found.oid === step.oid && schema !== undefined;
    const leftover = ours ? { oid: found.oid, schema, name: step.step.name, ours } : null;
    return [lost(step, found.kind === 'none' ? 'it is not there any more' : 'it is not there as it was', leftover)];
  });

/**
 * What this run built, by its OID, and what is not valid any more: a crash of the server took back a commit that was
 * reported but not yet on its disk, which `synchronous_commit = off` allows.
 */
export const takenBack = (state: RunState, results: readonly VerifyResult[]): EventBody[] => {
  const indexes = results.flatMap(({ step: id, oid, invalid, half }) => {
    const step = state.steps[id];
    const schema = state.tables.find((table) => table.oid === step?.tableOid)?.schema;
    // One of a partitioned table lacks a partition's: nothing was lost.
    if (step?.step.kind === 'create-index' && step.step.only) return [];
    if (step?.step.kind === 'reindex') return reindexTakenBack(state, step, oid, half);
    if (!invalid || step?.status !== 'done' || oid === null || step.oid !== oid || schema === undefined) return [];
    const leftover = { oid, schema, name: stepName(step.step), ours: true };
    return [lost(step, 'it was built, and is not valid any more', leftover)];
  });
  return [...indexes, ...lostStatements(state, indexes)];
};

/** What became of these is known from the index itself. */
const ON_ITS_OWN: ReadonlySet<StepState['step']['kind']> = new Set(['create-index', 'drop-index', 'reindex']);

/** ANALYZE and COMMENT come after the indexes of their section: what they did is lost with those. */
const lostStatements = (state: RunState, indexes: readonly EventBody[]): EventBody[] => {
  const gone = indexes.flatMap((event) => (event.type === 'step.lost' ? (state.steps[event.step] ?? []) : []));
  return state.steps
    .filter(({ step, status }) => !ON_ITS_OWN.has(step.kind) && status === 'done')
    .filter((step) => gone.some((index) => index.section === step.section && index.id < step.id))
    .map((step) => lost(step, 'an index before it is lost', null));
};

/** What is on record as done, and is lost: to a copy that took over, to a crash, or to somebody who dropped it. */
export const lostSteps = (state: RunState, looked: PreflightFacts['steps']): EventBody[] => {
  // Nothing is built again on the way back: what is gone has not to be dropped.
  if (state.purpose === 'rollback' || state.rollback !== null) return [];
  const indexes = lostIndexes(state, looked);
  return [...indexes, ...lostStatements(state, indexes)];
};

/** Preflight was done again against the server that took over. */
export const rechecked = (state: RunState, { server, outcome }: Of<'rechecked'>): EventBody[] => {
  const stale = state.recheckDue === null || state.server === null || !isSameServer(state.server, server);
  if (stale || state.phase === 'finished') return [];
  // An abort is on its way out: nothing of it is paused.
  const pause = (reason: string): EventBody[] => (state.abort === null ? [paused(reason)] : []);
  if (outcome.kind === 'failed')
    return [
      { type: 'recheck.failed', error: outcome.error },
      ...pause(`the server that took over could not be looked at: ${outcome.error.message}`),
    ];
  const { facts } = outcome;
  const [blocks] = facts.findings.filter((finding) => finding.level === 'blocks');
  return [
    { type: 'recheck.finished', ...facts },
    ...lostSteps(state, facts.steps),
    ...(blocks === undefined ? [] : pause(`preflight blocks on the server that took over: ${blocks.what}`)),
  ];
};
