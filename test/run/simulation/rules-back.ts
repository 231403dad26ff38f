import type { RunEvent, RunState } from '../../../src/run/index.ts';
import type { Act, FakeEngine } from './fake-engine.ts';
import type { FakeIndex, FakeServer } from './fake-server.ts';
import { definitionOf } from './fake-way-back.ts';
import { broken } from './rules.ts';

/** The rules of the way back, each against the server's own truth. */

type Of<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

const isChosen = ({ rollback }: RunState, oid: number): boolean =>
  rollback !== null && (rollback.all || rollback.oids.includes(oid));

/** It was built by the run on its way forth. One that was claimed by its name, wrongly, was counted already. */
const isOfTheWayForth = ({ steps, reindexed }: RunState, { by, madeFor, oid }: FakeIndex): boolean =>
  by === 'run' &&
  !reindexed.some((index) => index.oid === oid) &&
  (madeFor === null || steps[madeFor]?.step.kind === 'create-index');

const byOid = (server: FakeServer, oid: number): FakeIndex | undefined =>
  [...server.indexes.values()].find((index) => index.oid === oid);

/** Rule 1: by OID and name, only what this run built, and only what the operator's word is about. */
export const dropsOnlyWhatItBuilt = ({ state, around: { server } }: FakeEngine, { step, statement }: Act): void => {
  if (statement.kind !== 'drop' || step.leftover?.why !== 'rollback') return;
  const rule = 'drops only what it built';
  const { oid } = step.leftover;
  const there = server.indexes.get(statement.index);
  if (there === undefined) return;
  if (there.oid !== oid) broken(rule, `${there.name} is oid ${there.oid}, and oid ${oid} is meant`);
  if (there.constraint) broken(rule, `a constraint depends on ${there.name}`);
  const all = [there, ...server.attachedTo(there.name).flatMap((name) => server.indexes.get(name) ?? [])];
  for (const index of all) {
    if (!isOfTheWayForth(state, index)) broken(rule, `${index.name} (oid ${index.oid}) was not built by the plan`);
    // What a drop before has left half dropped goes whatever is chosen now.
    if (index.valid && !isChosen(state, index.oid)) broken(rule, `${index.name} (oid ${index.oid}) was not chosen`);
  }
};

/** What the plan dropped is built again, under its name and with its definition. */
export const buildsAgainAsItWas = ({ state, around: { server } }: FakeEngine, { step, statement }: Act): void => {
  if (statement.kind !== 'build' || step.step.kind !== 'drop-index') return;
  const rule = 'builds again as it was';
  const removed = state.removed.find((index) => index.step === step.id);
  if (removed === undefined) {
    broken(rule, `${statement.index} was not dropped by the plan`);
    return;
  }
  if (!isChosen(state, removed.oid)) broken(rule, `${statement.index} was not chosen`);
  // One that somebody else took away right before the plan's drop came to it.
  const was = server.dropped.get(removed.oid);
  if (was === undefined) return;
  const { index: name, table, unique = false, asPlanned = true } = statement;
  const [now, then] = [definitionOf({ ...was, name, table, unique, asPlanned }), definitionOf(was)];
  if (now !== then) broken(rule, `${now}, and it was ${then}`);
};

/** A replacement turned round: the new one stays until the old one is there again, unless it has its name. */
export const keepsTheNewUntilTheOldIsThere = ({ state }: FakeEngine, { step, statement }: Act): void => {
  const { step: planned, leftover } = step;
  if (statement.kind !== 'drop' || leftover?.why !== 'rollback' || planned.kind !== 'create-index') return;
  for (const { oid, name, step: id } of state.removed) {
    const dropped = state.steps[id]?.step;
    if (dropped?.kind !== 'drop-index' || dropped.replacedBy !== planned.name || name === statement.index) continue;
    if (isChosen(state, oid) && !state.rollback?.left.some((left) => left.oid === oid))
      broken('keeps the new until the old is there', `${statement.index} is dropped before ${name} is built again`);
  }
};

/** At the end of the way back the record says what is, and what is not, in the catalog. */
export const saysWhatTheCatalogSays = (
  server: FakeServer,
  before: RunState,
  { dropped, left, rebuilt = [], differences }: Of<'rollback.finished'>,
): void => {
  const rule = 'says what the catalog says';
  const isLeft = (oid: number): boolean => left.some((index) => index.oid === oid);
  for (const { oid, name } of dropped)
    if (byOid(server, oid) !== undefined && !isLeft(oid)) broken(rule, `${name} (oid ${oid}) counts as dropped`);
  for (const { oid, name } of rebuilt)
    if (byOid(server, oid)?.valid !== true && !isLeft(oid)) broken(rule, `${name} (oid ${oid}) counts as built again`);
  for (const { oid, name } of before.created)
    if (byOid(server, oid) !== undefined && isChosen(before, oid) && !isLeft(oid))
      broken(rule, `${name} (oid ${oid}) is there, and nothing says so`);
  for (const { oid, name } of before.removed)
    if (isChosen(before, oid) && !isLeft(oid))
      broken(rule, `${name} (oid ${oid}) is not there again, and nothing says so`);
  if (differences === null) return;
  const then = new Set(before.baseline?.present?.map(({ oid }) => oid));
  const again = [...before.rebuilt, ...before.reindexed];
  const ours = new Set([...before.created, ...again].map(({ oid }) => oid));
  const said = new Set(differences.added.map(({ oid }) => oid));
  const removed = [...before.removed.map(({ oid }) => oid), ...again.map(({ was }) => was)];
  const gone = new Set([...server.dropped.keys(), ...removed]);
  // What the run made and lost sight of, since somebody mended or renamed it, counts as others'.
  for (const { oid, name } of server.indexes.values())
    if (said.has(oid) === (then.has(oid) || ours.has(oid))) broken(rule, `whether others added ${name} (oid ${oid})`);
  for (const oid of then)
    if (byOid(server, oid) === undefined && !gone.has(oid) && differences.missing.every((one) => one.oid !== oid))
      broken(rule, `oid ${oid} is missing, and nothing says so`);
};

/** Status 0 of a rollback: nothing that was chosen is there, and all that the plan dropped is there again, as it was. */
export const zeroMeansAsBefore = (server: FakeServer, state: RunState, { status }: Of<'run.finished'>): void => {
  if (status !== 0 || state.rollback === null) return;
  const rule = 'status 0 means as before';
  const said = new Set(state.rollback.differences?.added.map(({ oid }) => oid));
  for (const index of server.indexes.values())
    if (isOfTheWayForth(state, index) && isChosen(state, index.oid) && !said.has(index.oid))
      broken(rule, `${index.name} (oid ${index.oid}) is still there`);
  for (const { oid, name } of state.removed)
    if (isChosen(state, oid)) broken(rule, `${name} (oid ${oid}) is not there again`);
  for (const { oid, was, name } of state.rebuilt) {
    const [now, then] = [byOid(server, oid), server.dropped.get(was)];
    if (now === undefined || !now.valid) broken(rule, `${name} (oid ${oid}) is not there, or not valid`);
    else if (then !== undefined && definitionOf(now) !== definitionOf(then))
      broken(rule, `${definitionOf(now)}, and it was ${definitionOf(then)}`);
  }
};

/** The name that others give to an index. */
export const renamed = (name: string): string => `${name}_x`;

/** Why an index is left as it is after a rollback that nothing has disturbed; null when nothing speaks for it. */
const reasonToLeave = (server: FakeServer, state: RunState, oid: number, name: string): string | null => {
  const index = byOid(server, oid);
  const removed = state.removed.find((each) => each.oid === oid);
  if (removed !== undefined) {
    if (!removed.record.valid) return 'it was not valid';
    return server.indexes.has(name) ? 'its name is taken' : null;
  }
  if (index === undefined) return server.takenAway.has(name) ? 'it was taken away' : null;
  if (index.constraint) return 'a constraint';
  if (index.name !== name && [...server.takenAway].some((each) => renamed(each) === index.name))
    return 'it was renamed';
  if (index.parent !== null) return 'attached';
  const names = new Map(state.created.map((each) => [each.oid, each.name]));
  const under = server.attachedTo(index.name).flatMap((each) => server.indexes.get(each) ?? []);
  const stays = (each: FakeIndex) => names.get(each.oid) !== each.name || !isChosen(state, each.oid) || each.constraint;
  return under.some(stays) ? 'what is attached to it' : null;
};

/** A rollback that nothing disturbs comes to its end: what it leaves, it leaves for a reason. */
export const goesBackToItsGoodEnd = (server: FakeServer, state: RunState): void => {
  if (state.turnedBack !== null || state.rollback === null) return;
  const rule = 'goes back to its good end';
  const { status, reason } = state.outcome ?? { status: null, reason: 'no end' };
  if (status === 0 || state.steps.some(({ doubtful }) => doubtful !== null)) return;
  const { left } = state.rollback;
  const stays = ({ oid, name }: FakeIndex) => !isChosen(state, oid) || reasonToLeave(server, state, oid, name) !== null;
  const incomplete = [...server.indexes.values()].filter(
    ({ by, valid, partitioned }) => by === 'run' && !valid && partitioned,
  );
  if (status === 5 && incomplete.length > 0 && incomplete.every(stays)) return;
  if (status !== 1 || left.length === 0) broken(rule, `status ${status}: ${reason}`);
  for (const { oid, name, why } of left)
    if (reasonToLeave(server, state, oid, name) === null) broken(rule, `${name} (oid ${oid}) is left: ${why}`);
};
