import type { Hook } from '../../engine/config.ts';
import type { PlanOptions } from '../../plan/index.ts';
import { BASELINE_MS } from '../../run/gates/baseline-rate.ts';
import { DEFAULT_GATES } from '../../run/gates/defaults.ts';
import type {
  DisconnectPolicy,
  ErrorPolicy,
  GateName,
  GateThresholds,
  MatchedReport,
  NamedBackup,
  OwnGate,
  Probe,
  RunOptions,
  UniqueCheckOptions,
} from '../../run/index.ts';
import { UNIQUE_CHECK } from '../../run/unique-check.ts';
import { overrideOwnGates } from './gates.ts';
import type { GivenProbe } from './probes.ts';
import type { Ui } from './values.ts';

/** What the flags or the config file say of a deployment. What neither says has its default. */
export interface GivenOptions {
  ui?: Ui;
  jobs?: number;
  environment?: string;
  /** The path, ID or label of the backup to go back to. */
  backup?: string;
  /** Where PostgreSQL's client programs are. */
  binDir?: string;
  /** The reason to go without a backup. */
  noBackup?: string;
  gates?: Partial<Record<GateName, GateThresholds>>;
  /** Gates of the config file. */
  ownGates?: OwnGate[];
  /** Thresholds of own gates by name, not read yet. */
  ownThresholds?: Record<string, string>;
  onError?: ErrorPolicy;
  onDisconnect?: DisconnectPolicy;
  replaceInvalid?: boolean;
  makeConcurrent?: boolean;
  onlyIndexes?: boolean;
  allowDrops?: boolean;
  safeReplace?: boolean;
  retries?: number;
  settings?: Record<string, string>;
  journal?: string;
  autoContinue?: boolean;
  giveUpMs?: number;
  /** Milliseconds between builds. */
  delayMs?: number;
  baselineMs?: number;
  /** Preflight takes no second to watch, and tries nothing on samples. */
  quickLook?: boolean;
  /** Whether there is a ledger, and the schema that it is in. */
  ledger?: boolean;
  ledgerSchema?: string;
  /** The execution log, as a path. */
  log?: string;
  /** Where the message is posted to: a secret. */
  webhook?: string;
  hooks?: Hook[];
  /** The report that the plan must equal, as a path. */
  matches?: string;
  /** What the config file says is measured, and of the plan's EXPLAINs. */
  probes?: GivenProbe[];
  /** Indexes that must be there in the end. */
  critical?: string[];
  /** Of the difference in idx_% indexes. */
  thresholds?: { pass: number; review: number };
  /** Go through each index with bt_index_check. */
  amcheck?: boolean;
  /** Bytes of the largest table that is read for duplicates. */
  checkUniqueUpTo?: number;
  /** Whether a few of the duplicates are kept, shortened. */
  uniqueExamples?: boolean;
  /** Codes of findings that shall not block. */
  ignore?: string[];
}

export const DEFAULT_JOBS = 2;
const GIVE_UP_MS = 30 * 60_000;
export const LEDGER_SCHEMA = 'indexdeck';

/** What of the options says how a plan is read. */
export const planOptions = (given: GivenOptions): PlanOptions => ({
  makeConcurrent: given.makeConcurrent ?? false,
  onlyIndexes: given.onlyIndexes ?? false,
  allowDrops: given.allowDrops ?? false,
  safeReplace: given.safeReplace ?? false,
});

/** A flag that says something of a backup overrules both keys of the config file. */
const withoutBackup = ({ backup: _, noBackup: __, ...rest }: GivenOptions): GivenOptions => rest;

/**
 * The flags over the config file, gate by gate and setting by setting. `ownGates` are those that a run which is taken up
 * again has had. Fails for a gate that is not there.
 */
export const mergeOptions = (
  flags: GivenOptions,
  config: GivenOptions,
  ownGates: readonly OwnGate[] = [],
): GivenOptions => ({
  ...(flags.backup === undefined && flags.noBackup === undefined ? config : withoutBackup(config)),
  ...flags,
  gates: { ...config.gates, ...flags.gates },
  ownGates: overrideOwnGates(config.ownGates ?? ownGates, flags.ownThresholds ?? {}),
  settings: { ...config.settings, ...flags.settings },
  ...ignored(config, flags),
});

/** The flags add to the config file. */
const ignored = (config: GivenOptions, flags: GivenOptions): Pick<GivenOptions, 'ignore'> => {
  const all = [...new Set([...(config.ignore ?? []), ...(flags.ignore ?? [])])];
  return all.length === 0 ? {} : { ignore: all };
};

/** What verification asks for beside the plan; what was not said of it is left out. */
const verification = ({
  critical,
  thresholds,
  amcheck,
}: GivenOptions): Pick<RunOptions, 'critical' | 'thresholds' | 'amcheck'> => ({
  ...(critical === undefined ? {} : { critical }),
  ...(thresholds === undefined ? {} : { thresholds }),
  ...(amcheck === undefined ? {} : { amcheck }),
});

/** What is read for duplicates: as it was before, but for what was said. */
const uniqueCheck = (
  { checkUniqueUpTo: upTo, uniqueExamples: examples }: GivenOptions,
  before: UniqueCheckOptions = UNIQUE_CHECK,
): UniqueCheckOptions => ({
  ...before,
  ...(upTo === undefined ? {} : { upTo, asked: true }),
  ...(examples === undefined ? {} : { examples }),
});

/** What was not said goes on as it was: the options of a run that is taken up again. See `runOptions`. */
export const resumedOptions = (
  { ignore: _, ...before }: RunOptions,
  given: GivenOptions,
  terminal: boolean,
  interactive: boolean,
): RunOptions => ({
  ...before,
  jobs: given.jobs ?? before.jobs,
  environment: given.environment ?? before.environment,
  // Without a terminal nobody is there to lift the pause.
  onError: given.onError ?? (before.onError === 'pause' && !terminal ? 'abort' : before.onError),
  onDisconnect: given.onDisconnect ?? before.onDisconnect,
  retries: given.retries ?? before.retries,
  autoContinue: given.autoContinue ?? before.autoContinue,
  // Agreement is to what was found then, not to what may be found now; so with what was ignored.
  replaceInvalid: given.replaceInvalid ?? false,
  giveUpMs: given.giveUpMs ?? before.giveUpMs,
  delayMs: given.delayMs ?? before.delayMs ?? 0,
  baselineMs: given.baselineMs ?? before.baselineMs ?? BASELINE_MS,
  quickLook: given.quickLook ?? before.quickLook ?? false,
  gates: { ...before.gates, ...given.gates },
  ownGates: given.ownGates ?? before.ownGates ?? [],
  settings: { ...before.settings, ...given.settings },
  // What is measured stays as it was: it was measured before.
  ...verification(given),
  uniqueCheck: uniqueCheck(given, before.uniqueCheck),
  ...ignored({}, given),
  interactive,
  log: given.log ?? before.log ?? null,
});

/**
 * The options of the run. `terminal`: a person is there; `interactive`: and can answer to what blocks; `backup`: what
 * --backup names, proven or not; `probes`: what is measured (`probesOf`); `matches`: what became of --matches.
 */
export const runOptions = (
  given: GivenOptions,
  terminal: boolean,
  interactive: boolean,
  backup: NamedBackup | null = null,
  probes: readonly Probe[] = [],
  matches: MatchedReport | null = null,
): RunOptions => ({
  jobs: given.jobs ?? DEFAULT_JOBS,
  environment: given.environment ?? null,
  onError: given.onError ?? (terminal ? 'pause' : 'abort'),
  onDisconnect: given.onDisconnect ?? 'pause',
  retries: given.retries ?? 3,
  autoContinue: given.autoContinue ?? true,
  replaceInvalid: given.replaceInvalid ?? false,
  giveUpMs: given.giveUpMs ?? GIVE_UP_MS,
  delayMs: given.delayMs ?? 0,
  baselineMs: given.baselineMs ?? BASELINE_MS,
  quickLook: given.quickLook ?? false,
  noBackup: given.noBackup ?? null,
  backup,
  gates: { ...DEFAULT_GATES, ...given.gates },
  ownGates: given.ownGates ?? [],
  settings: given.settings ?? {},
  ledger: given.ledger === false ? null : { schema: given.ledgerSchema ?? LEDGER_SCHEMA },
  probes,
  ...verification(given),
  uniqueCheck: uniqueCheck(given),
  ...ignored({}, given),
  interactive,
  log: given.log ?? null,
  matches,
});
