import { DEFAULT_GATES } from '../../run/gates/defaults.ts';
import type { DisconnectPolicy, ErrorPolicy, GateName, GateThresholds, RunOptions } from '../../run/index.ts';
import type { Ui } from './values.ts';

/** What the flags or the config file say of a deployment. What neither says has its default. */
export interface GivenOptions {
  ui?: Ui;
  jobs?: number;
  environment?: string;
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
  /** Whether there is a ledger, and the schema that it is in. */
  ledger?: boolean;
  ledgerSchema?: string;
}

const GIVE_UP_MS = 30 * 60_000;
const LEDGER_SCHEMA = 'indexdeck';

/** The flags over the config file, gate by gate and setting by setting. */
export const mergeOptions = (flags: GivenOptions, config: GivenOptions): GivenOptions => ({
  ...config,
  ...flags,
  gates: { ...config.gates, ...flags.gates },
  settings: { ...config.settings, ...flags.settings },
});

/** The options of the run. `terminal`: a person is there; `interactive`: and can answer to what blocks. */
export const runOptions = (given: GivenOptions, terminal: boolean, interactive: boolean): RunOptions => ({
  jobs: given.jobs ?? 2,
  environment: given.environment ?? null,
  onError: given.onError ?? (terminal ? 'pause' : 'abort'),
  onDisconnect: given.onDisconnect ?? 'pause',
  retries: given.retries ?? 3,
  autoContinue: given.autoContinue ?? true,
  replaceInvalid: given.replaceInvalid ?? false,
  giveUpMs: given.giveUpMs ?? GIVE_UP_MS,
  noBackup: given.noBackup ?? null,
  gates: { ...DEFAULT_GATES, ...given.gates },
  settings: given.settings ?? {},
  ledger: given.ledger === false ? null : { schema: given.ledgerSchema ?? LEDGER_SCHEMA },
  interactive,
});
