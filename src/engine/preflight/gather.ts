import pg from 'pg';
import type { Plan } from '../../plan/types.ts';
import { activity } from '../../queries/activity.ts';
import { dumpSessions } from '../../queries/dump_sessions.ts';
import { engineLockHolders } from '../../queries/engine_lock_holders.ts';
import { extension, mayCheckIndexes } from '../../queries/extension.ts';
import { functionsNamed } from '../../queries/functions_named.ts';
import { ledgerSchema } from '../../queries/ledger_schema.ts';
import { serverFacts } from '../../queries/server_facts.ts';
import { roleDefaults, settingsNamed } from '../../queries/settings_named.ts';
import { stallingTransactions } from '../../queries/stalling_transactions.ts';
import { systemIdentifier } from '../../queries/system_identifier.ts';
import { tablespacesNamed } from '../../queries/tablespaces_named.ts';
import { trySettings } from '../../queries/try_settings.ts';
import { xminHolders } from '../../queries/xmin_holders.ts';
import { builtWith, type RunOptions, runnableSteps, type StepState } from '../../run/index.ts';
import { calledFunctions } from '../catalog/called-functions.ts';
import { isHarmless } from '../catalog/harmless-functions.ts';
import {
  attachedNames,
  type Inspection,
  type InspectionTarget,
  inspectIndexes,
  partitionedIndexes,
} from '../catalog/index.ts';
import type { Session } from '../session.ts';
import { CONSULTED } from './builder-settings.ts';
import { defaultTablespace } from './default-tablespaces.ts';
import { gatherEstimates } from './estimates/gather-estimates.ts';
import type { Facts, RefusedSetting } from './facts.ts';
import { askHypothetically } from './hypothetical/ask.ts';
import { Memory } from './memory.ts';
import { neighboursOf } from './neighbours.ts';
import { refusalCauses } from './refusal-causes.ts';
import { leastTransactionAgeS } from './rules/old-transactions.ts';
import type { PreflightInput } from './run-preflight.ts';
import { tablesNow, WATCHED_MS, watchWrites } from './tables-now.ts';
import { isToBeBuilt } from './to-be-built.ts';
import { checkUnique } from './unique/check.ts';

/** Reads all that the rules go by: a number of statements that depends on neither the plan nor the catalog. */
export async function gather(session: Session, about: Omit<PreflightInput, 'inspect'>): Promise<Facts> {
  const { plan, options, ours, memory = new Memory(), watchedMs = WATCHED_MS } = about;
  const resumed = about.resumed ?? null;
  // What is not to be built is not looked at that closely.
  const builds = about.purpose !== 'rollback';
  const server = await serverFacts(session);
  const targets = indexTargets(plan, options);
  // Early, so that what is watched meanwhile costs little time of its own.
  const names = [...new Set(targets.map(({ create }) => create.table))];
  const writes = await watchWrites(session, names, { watchedMs: builds ? watchedMs : 0, kept: memory.writes });
  // A standby takes no scratch tables. Where event triggers would run for them, looking might change something.
  const tryMissing = !server.in_recovery && !server.event_triggers;
  const inspections = await inspectIndexes(session, targets, { tryMissing, known: memory.trials });
  for (const [step, { tried, found }] of inspections)
    if (tried && (found.kind === 'none' || found.kind === 'invalid')) memory.trials.set(step, tried);
  const indexes = findingsOf(targets, inspections);
  // What is tried for the whole need not be tried for each part.
  const known = partTargets(about.steps ?? [], options);
  const parts = findingsOf(known, await inspectIndexes(session, known));
  const partitioned = await partitionedIndexes(session, indexes);
  const refused = await refusedProbes(session, options);
  const scope = { mayTry: tryMissing, memory: memory.estimates, budgetMs: about.sampleMs };
  const tables = [
    ...new Set([
      ...indexes.flatMap(({ row }) => row.table_oid ?? []),
      ...partitioned.flatMap(({ tree }) => tree.map(({ oid }) => oid)),
    ]),
  ];
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
    partitioned,
    attaches: await attachedNames(session, plannedAttaches(plan)),
    parts,
    neighbours: builds ? await neighboursOf(session, indexes) : [],
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
      ? await memory.once(`hypothetical ${indexes.filter(isToBeBuilt).map(({ step }) => step)}`, () =>
          askHypothetically(session, { indexes, options, refusedProbes: refused, user: server.user }),
        )
      : null,
    amcheck: options.amcheck === true ? await amcheck(session) : null,
    basis: builds ? await gatherEstimates(session, indexes, scope) : null,
    ledger: options.ledger ? await ledgerSchema(session, options.ledger.schema) : null,
    // Last, since it waits for the second reading.
    tables: await tablesNow(session, indexes, { ours, writes }),
  };
}

const findingsOf = (targets: readonly InspectionTarget[], inspections: ReadonlyMap<number, Inspection>) =>
  targets.flatMap((target) => {
    const inspection = inspections.get(target.step);
    return inspection === undefined ? [] : [{ ...target, ...inspection }];
  });

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
const partTargets = (steps: readonly StepState[], { settings }: Pick<RunOptions, 'settings'>): InspectionTarget[] =>
  steps.flatMap(({ id, parent, gone, step: create }) =>
    create.kind === 'create-index' && parent !== null && !gone
      ? [{ step: id, create: builtWith(create, settings) }]
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
