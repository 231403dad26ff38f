import pg from 'pg';
import type { Plan } from '../../plan/types.ts';
import { activity } from '../../queries/activity.ts';
import { dumpSessions } from '../../queries/dump_sessions.ts';
import { engineLockHolders } from '../../queries/engine_lock_holders.ts';
import { extension, mayCheckIndexes } from '../../queries/extension.ts';
import { functionsNamed } from '../../queries/functions_named.ts';
import { ledgerSchema } from '../../queries/ledger_schema.ts';
import { rollbackFacts } from '../../queries/rollback_facts.ts';
import { serverFacts } from '../../queries/server_facts.ts';
import { roleDefaults, settingsNamed } from '../../queries/settings_named.ts';
import { stallingTransactions } from '../../queries/stalling_transactions.ts';
import { systemIdentifier } from '../../queries/system_identifier.ts';
import { tablespacesNamed } from '../../queries/tablespaces_named.ts';
import { trySettings } from '../../queries/try_settings.ts';
import { xminHolders } from '../../queries/xmin_holders.ts';
import { builtWith, isTerminal, type RunOptions, runnableSteps, type StepState } from '../../run/index.ts';
import { isDroppedBefore } from '../../run/preflight/dropped-before.ts';
import { calledFunctions } from '../catalog/called-functions.ts';
import { isHarmless } from '../catalog/harmless-functions.ts';
import {
  attachedNames,
  type Inspection,
  type InspectionTarget,
  inspectDrops,
  inspectIndexes,
  inspectReindexes,
  partitionedIndexes,
  type ReindexTarget,
} from '../catalog/index.ts';
import type { Session } from '../session.ts';
import { CONSULTED } from './builder-settings.ts';
import { defaultTablespace } from './default-tablespaces.ts';
import { gatherEstimates } from './estimates/gather-estimates.ts';
import type { DropFinding, Facts, RefusedSetting, ReindexFinding } from './facts.ts';
import { askHypothetically } from './hypothetical/ask.ts';
import { Memory } from './memory.ts';
import { neighboursOf, partitionNeighboursOf } from './neighbours.ts';
import { refusalCauses } from './refusal-causes.ts';
import { leastTransactionAgeS } from './rules/old-transactions.ts';
import type { PreflightInput } from './run-preflight.ts';
import { tablesAtWork } from './tables-at-work.ts';
import { tablesNow, WATCHED_MS, watchWrites } from './tables-now.ts';
import { isToBeBuilt } from './to-be-built.ts';
import { checkUnique } from './unique/check.ts';

/** Reads all that the rules go by: a number of statements that depends on neither the plan nor the catalog. */
export async function gather(session: Session, about: Omit<PreflightInput, 'inspect'>): Promise<Facts> {
  const { plan, options, ours, memory = new Memory() } = about;
  const { watchedMs = options.quickLook ? 0 : WATCHED_MS } = about;
  const resumed = about.resumed ?? null;
  // What is not to be built is not looked at that closely.
  const builds = about.purpose !== 'rollback';
  const server = await serverFacts(session);
  const targets = await asTheyAreCalled(session, indexTargets(plan, options), about.built ?? []);
  // Early, so that what is watched meanwhile costs little time of its own.
  const names = [...new Set(targets.map(({ create }) => create.table))];
  const writes = await watchWrites(session, names, { watchedMs: builds ? watchedMs : 0, kept: memory.writes });
  // A standby takes no scratch tables. Where event triggers would run for them, looking might change something.
  const tryMissing = !server.in_recovery && !server.event_triggers;
  const drops = await dropsOf(session, plan);
  const ahead = drops.filter(({ step }) => !isOver(resumed, step));
  const isReplaced = (step: number, oid: number) => isDroppedBefore(step, oid, ahead);
  const inspections = await inspectIndexes(session, targets, { tryMissing, isReplaced, known: memory.trials });
  for (const [step, { tried, found }] of inspections)
    if (tried && (found.kind === 'none' || found.kind === 'invalid')) memory.trials.set(step, tried);
  const indexes = findingsOf(targets, inspections, isReplaced);
  // What is tried for the whole need not be tried for each part.
  const known = partTargets(about.steps ?? [], options);
  const parts = findingsOf(known, await inspectIndexes(session, known));
  const partitioned = await partitionedIndexes(session, indexes);
  const reindexes = await reindexesOf(session, plan, about.steps ?? []);
  const refused = await refusedProbes(session, options);
  const notTried = whyNoSamples(options, tryMissing);
  const scope = { partitioned, notTried, memory: memory.estimates, budgetMs: about.sampleMs };
  const atWork = tablesAtWork(indexes, partitioned, parts);
  const rebuilt = reindexes.flatMap((each) => each.tables);
  const dropped = drops.flatMap(({ table }) => table?.oid ?? []);
  const tables = [...new Set([...[...atWork, ...rebuilt].map(({ oid }) => oid), ...dropped])];
  return {
    plan,
    options,
    resumed,
    pooling: about.pooling,
    server,
    active: (await activity(session, ours)).active,
    ourSessions: ours.length,
    otherEngines: await engineLockHolders(session, ours),
    dumps: await dumpSessions(session, ours),
    systemIdentifier: options.backup === null ? null : await memory.once('system', () => identifierOf(session)),
    indexes,
    drops,
    reindexes,
    partitioned,
    attaches: await attachedNames(session, plannedAttaches(plan)),
    parts,
    neighbours: builds ? without(await neighboursOf(session, indexes), ahead) : [],
    partitionNeighbours: builds ? without(await partitionNeighboursOf(session, atWork), ahead) : [],
    refusalCauses: await refusalCauses(session, indexes),
    transactions: await stallingTransactions(session, { ours, tables, leastAgeS: leastTransactionAgeS(options) }),
    tablespaces: await tablespacesNamed(
      session,
      indexes.flatMap((index) => defaultTablespace(index) ?? []),
    ),
    xminHolders: await xminHolders(session),
    unique: builds
      ? await checkUnique(session, { indexes, options, user: server.user, resumed, known: memory.unique })
      : new Map(),
    settings: await settingsNamed(session, CONSULTED),
    refusedSettings: await refusedSettings(session, plan, options),
    roleDefaults: await roleDefaults(session),
    refusedProbes: refused,
    // As long as the same indexes are missing the answer is the same.
    hypothetical: builds
      ? await memory.once(`hypothetical ${[...indexes.filter(isToBeBuilt), ...ahead].map(({ step }) => step)}`, () =>
          askHypothetically(session, { indexes, drops: ahead, options, refusedProbes: refused, user: server.user }),
        )
      : null,
    amcheck: options.amcheck === true ? await amcheck(session) : null,
    basis: builds ? await gatherEstimates(session, indexes, scope) : null,
    ledger: options.ledger ? await ledgerSchema(session, options.ledger.schema) : null,
    // Last, since it waits for the second reading.
    tables: await tablesNow(session, atWork, { ours, writes }),
  };
}

/** The new index of a replacement is looked for by the name that it has now: it may have been renamed when its engine was lost. */
async function asTheyAreCalled(
  session: Session,
  targets: readonly InspectionTarget[],
  built: NonNullable<PreflightInput['built']>,
): Promise<InspectionTarget[]> {
  const replaced = targets.flatMap(({ step, create: { replaces } }) => {
    const index = built.find((each) => each.step === step);
    return replaces === undefined || index === undefined ? [] : [index];
  });
  if (replaced.length === 0) return [...targets];
  const facts = await rollbackFacts(session, replaced);
  return targets.map(({ step, create }) => {
    const index = replaced.find((each) => each.step === step);
    if (index === undefined) return { step, create };
    // By the catalog's word, and where it is gone by the record's.
    const known = [create.name, create.replaces];
    const name = [facts.get(index.oid)?.name, index.name].find((each) => each != null && known.includes(each));
    return { step, create: { ...create, name: name ?? create.name } };
  });
}

/** A step of a run that is taken up again, of which nothing more is to come: what has that name now is not dropped. */
const isOver = (steps: readonly StepState[] | null, id: number): boolean => {
  const step = steps?.[id];
  return step !== undefined && step.leftover === null && isTerminal(step);
};

/** What the plan itself drops is nobody's neighbour afterwards. */
function without(neighbours: Facts['neighbours'], drops: readonly DropFinding[]): Facts['neighbours'] {
  const dropped = new Set(drops.flatMap(({ found }) => (found.kind === 'to-drop' ? [found.oid] : [])));
  return neighbours?.filter(({ oid }) => !dropped.has(oid)) ?? null;
}

async function dropsOf(session: Session, plan: Plan): Promise<DropFinding[]> {
  const targets = runnableSteps(plan).flatMap(({ step: drop }, step) =>
    drop.kind === 'drop-index' ? [{ step, drop }] : [],
  );
  const inspections = await inspectDrops(session, targets);
  return targets.flatMap((target) => {
    const inspection = inspections.get(target.step);
    return inspection === undefined ? [] : [{ ...target, ...inspection }];
  });
}

/** Those of the plan, and the parts that the run knows of by now. */
async function reindexesOf(session: Session, plan: Plan, steps: readonly StepState[]): Promise<ReindexFinding[]> {
  const planned = runnableSteps(plan).flatMap(({ step: reindex }, step): (ReindexTarget & { isPart: boolean })[] =>
    reindex.kind === 'reindex' ? [{ step, reindex, isPart: false }] : [],
  );
  const parts = steps.flatMap(({ id, parent, gone, step: reindex }) =>
    reindex.kind === 'reindex' && parent !== null && !gone ? [{ step: id, reindex, isPart: true }] : [],
  );
  const targets = [...planned, ...parts];
  const inspections = await inspectReindexes(session, targets);
  return targets.flatMap((target) => {
    const inspection = inspections.get(target.step);
    return inspection === undefined ? [] : [{ ...target, ...inspection }];
  });
}

const findingsOf = <T extends InspectionTarget>(
  targets: readonly T[],
  inspections: ReadonlyMap<number, Inspection>,
  isReplaced: (step: number, oid: number) => boolean = () => false,
) =>
  targets.flatMap((target) => {
    const inspection = inspections.get(target.step);
    if (inspection === undefined) return [];
    const { found } = inspection;
    return [{ ...target, ...inspection, replaced: 'oid' in found && isReplaced(target.step, found.oid) }];
  });

const whyNoSamples = ({ quickLook }: RunOptions, mayTry: boolean): string | null => {
  if (quickLook) return 'a quick look was asked for';
  return mayTry ? null : 'no scratch table can be made here without changing anything';
};

/** The plan's indexes with their numbers in the run. */
export const indexTargets = (plan: Plan, { settings }: Pick<RunOptions, 'settings'>): InspectionTarget[] =>
  runnableSteps(plan).flatMap(({ step: create }, step) =>
    create.kind === 'create-index' ? [{ step, create: builtWith(create, settings) }] : [],
  );

const plannedAttaches = (plan: Plan) =>
  runnableSteps(plan).flatMap(({ step: attach }, step) =>
    attach.kind === 'attach-partition' ? [{ step, attach }] : [],
  );

/** The parts of indexes on partitioned tables that a run has by now. */
const partTargets = (steps: readonly StepState[], { settings }: Pick<RunOptions, 'settings'>) =>
  steps.flatMap(({ id, parent, gone, step: create }) =>
    create.kind === 'create-index' && parent !== null && !gone
      ? [{ step: id, parent, create: builtWith(create, settings) }]
      : [],
  );

async function refusedProbes(session: Session, { probes = [] }: RunOptions): Promise<Facts['refusedProbes']> {
  // One that does not even parse is refused when it is measured.
  const callsOf = (sql: string) => calledFunctions(sql).catch(() => []);
  const called = await Promise.all(probes.map(async ({ name, sql }) => ({ name, calls: await callsOf(sql) })));
  const all = called.flatMap(({ calls }) => calls);
  if (all.length === 0) return [];
  const risky = (await functionsNamed(session, all)).filter(({ schema, name }) => !isHarmless(schema, name));
  return called.flatMap(({ name, calls }) => {
    const found = calls.filter((call) => risky.some((each) => each.name === call.name && each.schema === call.schema));
    return found.length === 0 ? [] : [{ name, functions: found.map((each) => each.name) }];
  });
}

async function amcheck(session: Session): Promise<Facts['amcheck']> {
  const found = await extension(session, 'amcheck');
  if (found === null) return { installed: false, allowed: false };
  return { installed: true, allowed: await mayCheckIndexes(session, found.schema) };
}

/** Some providers do not let everybody ask. */
export async function identifierOf(session: Session): Promise<string | null> {
  try {
    return await systemIdentifier(session);
  } catch (error) {
    if (error instanceof pg.DatabaseError && !session.lost) return null;
    throw error;
  }
}

/** Tried together; only when the server refuses are they tried one by one, to name the one. */
async function refusedSettings(session: Session, plan: Plan, options: RunOptions): Promise<RefusedSetting[]> {
  const wanted = new Map<string, Omit<RefusedSetting, 'message'>>();
  const add = (from: RefusedSetting['from'], name: string, value: string) =>
    wanted.set(`${name}=${value}`, { from, name, value });
  for (const { settings } of plan.sections.flatMap((section) => section.steps)) {
    for (const { name, value } of settings) if (value !== null) add('plan', name, value);
  }
  for (const [name, value] of Object.entries(options.settings)) add('--set', name, value);
  const attempt = async (settings: Iterable<{ name: string; value: string }>): Promise<string | null> => {
    try {
      await trySettings(session, Object.fromEntries([...settings].map(({ name, value }) => [name, value])));
      return null;
    } catch (error) {
      if (error instanceof pg.DatabaseError && !session.lost) return error.message;
      throw error;
    }
  };
  if ((await attempt(wanted.values())) === null) return [];
  const refused: RefusedSetting[] = [];
  for (const setting of wanted.values()) {
    const message = await attempt([setting]);
    if (message !== null) refused.push({ ...setting, message });
  }
  return refused;
}
