import { z } from 'zod';
import { GATE_NAMES } from '../../run/index.ts';
import type { GivenOptions } from './deploy-options.ts';
import { parseThresholds } from './gates.ts';
import { parseIgnore } from './ignore.ts';
import { ownGates } from './own-gates.ts';
import { probes } from './probes.ts';
import { readBy } from './read-by.ts';
import {
  DISCONNECT_POLICIES,
  ERROR_POLICIES,
  parseBaseline,
  parseCheckUniqueUpTo,
  parseDelay,
  parseGiveUp,
  parseHook,
  parseJobs,
  parseLedgerSchema,
  parseRetries,
  parseSetting,
  parseWebhook,
  UIS,
} from './values.ts';

const gates = z.strictObject(
  Object.fromEntries(GATE_NAMES.map((name) => [name, readBy((text) => parseThresholds(name, text)).optional()])),
);

const settings = z.record(
  z.string(),
  z
    .union([z.string(), z.number(), z.boolean()])
    .transform((value) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value))),
);

/** A command, or several, for each event. */
const hooks = z.record(z.string(), z.union([z.string(), z.array(z.string())])).transform((events, context) => {
  try {
    return Object.entries(events).flatMap(([event, commands]) =>
      [commands].flat().map((command) => parseHook(`${event}=${command}`, '')),
    );
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

const thresholds = z
  .strictObject({ pass: z.int().min(0), review: z.int().min(0) })
  .refine(({ pass, review }) => review <= pass, { error: 'review may not be more than pass' });

/** The keys of the file are the options' long names. `yes` and `confirm` are not among them: consent is not a setting. */
const schema = z.strictObject({
  ui: z.enum(UIS).optional(),
  jobs: readBy(parseJobs).optional(),
  environment: z.string().min(1).optional(),
  backup: z.string().min(1).optional(),
  'bin-dir': z.string().min(1).optional(),
  'no-backup': z.string().min(1).optional(),
  gates: gates.optional(),
  'own-gates': ownGates.optional(),
  'on-error': z.enum(ERROR_POLICIES).optional(),
  'on-disconnect': z.enum(DISCONNECT_POLICIES).optional(),
  'replace-invalid': z.boolean().optional(),
  'make-concurrent': z.boolean().optional(),
  'only-indexes': z.boolean().optional(),
  'allow-drops': z.boolean().optional(),
  'safe-replace': z.boolean().optional(),
  retries: readBy(parseRetries).optional(),
  set: settings.optional(),
  journal: z.string().min(1).optional(),
  'auto-continue': z.boolean().optional(),
  'give-up': readBy(parseGiveUp).optional(),
  delay: readBy(parseDelay).optional(),
  baseline: readBy(parseBaseline).optional(),
  ledger: z.boolean().optional(),
  'ledger-schema': readBy(parseLedgerSchema).optional(),
  log: z.string().min(1).optional(),
  webhook: readBy(parseWebhook).optional(),
  exec: hooks.optional(),
  matches: z.string().min(1).optional(),
  probes: probes.optional(),
  critical: z.array(z.string().min(1)).optional(),
  thresholds: thresholds.optional(),
  amcheck: z.boolean().optional(),
  'check-unique-up-to': readBy(parseCheckUniqueUpTo).optional(),
  'unique-examples': z.boolean().optional(),
  'quick-look': z.boolean().optional(),
  ignore: z.array(readBy(parseIgnore)).optional(),
});

export type ConfigIssue = z.core.$ZodIssue;

const present = (options: { [K in keyof GivenOptions]: GivenOptions[K] | undefined }): GivenOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as GivenOptions;

/** Checks what a config file holds. */
export const checkConfig = (value: unknown): { options: GivenOptions } | { issues: ConfigIssue[] } => {
  const result = schema.safeParse(value);
  if (!result.success) return { issues: result.error.issues };
  const { data } = result;
  const set = Object.entries(data.set ?? {}).map(([name, setting]) => parseSetting(`${name}=${setting}`));
  return {
    options: present({
      ui: data.ui,
      jobs: data.jobs,
      environment: data.environment,
      backup: data.backup,
      binDir: data['bin-dir'],
      noBackup: data['no-backup'],
      gates: data.gates === undefined ? undefined : (present(data.gates as GivenOptions) as GivenOptions['gates']),
      ownGates: data['own-gates'],
      onError: data['on-error'],
      onDisconnect: data['on-disconnect'],
      replaceInvalid: data['replace-invalid'],
      makeConcurrent: data['make-concurrent'],
      onlyIndexes: data['only-indexes'],
      allowDrops: data['allow-drops'],
      safeReplace: data['safe-replace'],
      retries: data.retries,
      settings: set.length === 0 ? undefined : Object.fromEntries(set),
      journal: data.journal,
      autoContinue: data['auto-continue'],
      giveUpMs: data['give-up'],
      delayMs: data.delay,
      baselineMs: data.baseline,
      ledger: data.ledger,
      ledgerSchema: data['ledger-schema'],
      log: data.log,
      webhook: data.webhook,
      hooks: data.exec,
      matches: data.matches,
      probes: data.probes,
      critical: data.critical,
      thresholds: data.thresholds,
      amcheck: data.amcheck,
      checkUniqueUpTo: data['check-unique-up-to'],
      uniqueExamples: data['unique-examples'],
      quickLook: data['quick-look'],
      ignore: data.ignore,
    }),
  };
};
