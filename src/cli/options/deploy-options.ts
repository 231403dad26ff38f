import type { PlanOptions } from '../../plan/index.ts';
import { DEFAULT_GATES } from '../../run/gates/defaults.ts';
import type {
  DisconnectPolicy,
  ErrorPolicy,
  GateName,
  GateThresholds,
  NamedBackup,
  OwnGate,
  RunOptions,
} from '../../run/index.ts';
import { overrideOwnGates } from './gates.ts';
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
  retries?: number;
  settings?: Record<string, string>;
  journal?: string;
  autoContinue?: boolean;
  giveUpMs?: number;
  /** Whether there is a ledger, and the schema that it is in. */
  ledger?: boolean;
  ledgerSchema?: string;
}

const GIVE_UP_MS = 30 * 60_000;
export const LEDGER_SCHEMA = 'indexdeck';

/** What of the options says how a plan is read. */
export const planOptions = ({ makeConcurrent = false, onlyIndexes = false }: GivenOptions): PlanOptions => ({
  makeConcurrent,
  onlyIndexes,
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
});

/** What was not said goes on as it was: the options of a run that is taken up again. See `runOptions`. */
export const resumedOptions = (
  before: RunOptions,
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
  // Agreement is to what was found then, not to what may be found now.
  replaceInvalid: given.replaceInvalid ?? false,
  giveUpMs: given.giveUpMs ?? before.giveUpMs,
  gates: { ...before.gates, ...given.gates },
  ownGates: given.ownGates ?? before.ownGates ?? [],
  settings: { ...before.settings, ...given.settings },
  interactive,
});

/**
 * The options of the run. `terminal`: a person is there; `interactive`: and can answer to what blocks; `backup`: what
 * --backup names, proven or not.
 */
export const runOptions = (
  given: GivenOptions,
  terminal: boolean,
  interactive: boolean,
  backup: NamedBackup | null = null,
): RunOptions => ({
  jobs: given.jobs ?? 2,
  environment: given.environment ?? null,
  onError: given.onError ?? (terminal ? 'pause' : 'abort'),
  onDisconnect: given.onDisconnect ?? 'pause',
  retries: given.retries ?? 3,
  autoContinue: given.autoContinue ?? true,
  replaceInvalid: given.replaceInvalid ?? false,
  giveUpMs: given.giveUpMs ?? GIVE_UP_MS,
  noBackup: given.noBackup ?? null,
  backup,
  gates: { ...DEFAULT_GATES, ...given.gates },
  ownGates: given.ownGates ?? [],
  settings: given.settings ?? {},
  ledger: given.ledger === false ? null : { schema: given.ledgerSchema ?? LEDGER_SCHEMA },
  interactive,
});
