import { DEFAULT_GATES } from '../../run/gates/defaults.ts';
import type {
  DisconnectPolicy,
  ErrorPolicy,
  GateName,
  GateThresholds,
  NamedBackup,
  RunOptions,
} from '../../run/index.ts';
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
  onError?: ErrorPolicy;
  onDisconnect?: DisconnectPolicy;
  replaceInvalid?: boolean;
  makeConcurrent?: boolean;
  retries?: number;
  settings?: Record<string, string>;
  journal?: string;
  autoContinue?: boolean;
  giveUpMs?: number;
}

const GIVE_UP_MS = 30 * 60_000;

/** A flag that says something of a backup overrules both keys of the config file. */
const withoutBackup = ({ backup: _, noBackup: __, ...rest }: GivenOptions): GivenOptions => rest;

/** The flags over the config file, gate by gate and setting by setting. */
export const mergeOptions = (flags: GivenOptions, config: GivenOptions): GivenOptions => ({
  ...(flags.backup === undefined && flags.noBackup === undefined ? config : withoutBackup(config)),
  ...flags,
  gates: { ...config.gates, ...flags.gates },
  settings: { ...config.settings, ...flags.settings },
});

/** The options of the run. `backup`: what --backup names, proven or not; `terminal`: a person is there; `interactive`: and can answer to what blocks. */
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
  settings: given.settings ?? {},
  interactive,
});
