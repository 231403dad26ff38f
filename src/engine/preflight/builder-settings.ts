import type { SettingRow } from '../../queries/settings_named.ts';
import { bytes } from '../../run/index.ts';
import type { Facts } from './facts.ts';

/** The settings that the choice below goes by. */
export const CONSULTED: readonly string[] = [
  'maintenance_work_mem',
  'max_parallel_maintenance_workers',
  'max_parallel_workers',
  'max_worker_processes',
  'temp_file_limit',
  'shared_buffers',
  'default_transaction_read_only',
  'synchronous_commit',
  // Sizes and times are estimated by these.
  'temp_file_limit',
  'min_parallel_table_scan_size',
  'wal_compression',
];

export interface ChosenSetting {
  name: string;
  value: string;
  why: string;
}

const KB = 1024;
const MB = KB * 1024;
/** Below this a build of any size sorts in many passes; it is also the server's own default. */
const LEAST_MEMORY = 64 * MB;
/** Beyond this little is won; what was measured for the design was 512 MB. */
const MOST_MEMORY = 512 * MB;

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: KB, MB, GB: MB * KB, TB: MB * MB };

/**
 * A setting in bytes, from pg_settings' own unit (kB, 8kB, MB, ...); `given`: another value of it, as SET takes it, with a
 * unit of its own or without. Null for what is no size.
 */
export function inBytes(setting: SettingRow | undefined, given?: string): number | null {
  const match = /^(\d*)(B|kB|MB|GB)$/.exec(setting?.unit ?? '');
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|TB)?\s*$/.exec(given ?? setting?.value ?? '') ?? [];
  if (match === null || number === undefined) return null;
  return (
    Number(number) * (unit === undefined ? Number(match[1] || 1) * (UNITS[match[2] ?? ''] ?? 1) : (UNITS[unit] ?? 1))
  );
}

/**
 * What every building session gets beside the timeouts that are always off, and why. What --set or the plan's own SET says
 * has the last word, so it is left out here.
 */
export function builderSettings({
  settings,
  options,
  plan,
}: Pick<Facts, 'settings' | 'options' | 'plan'>): ChosenSetting[] {
  const given = new Map(Object.entries(options.settings));
  const chosen: ChosenSetting[] = [memory(settings, options.jobs), ...workers(settings, options.jobs)];
  if (settings.get('default_transaction_read_only')?.value === 'on') {
    const why = 'read-only by default for this role or server, and a build writes';
    chosen.push({ name: 'default_transaction_read_only', value: 'off', why });
  }
  if (settings.get('synchronous_commit')?.value === 'off') {
    const why = 'off by default here: after a crash of the server, an index reported as built could be invalid again';
    chosen.push({ name: 'synchronous_commit', value: 'local', why });
  }
  const planned = new Set(
    plan.sections.flatMap(({ steps }) => steps.flatMap((step) => step.settings.map(({ name }) => name))),
  );
  return [
    ...chosen
      .filter(({ name }) => !given.has(name))
      .map((setting) => {
        if (!planned.has(setting.name)) return setting;
        return { ...setting, why: `${setting.why}; where the plan sets it, the plan's value` };
      }),
    ...[...given].map(([name, value]) => ({ name, value, why: 'given with --set' })),
  ];
}

/**
 * The only fact about memory that SQL can tell is shared_buffers, which is a quarter of the machine's memory by custom: an
 * eighth of the memory, shared by all jobs, within the bounds above, and never less than the server has.
 */
function memory(settings: Map<string, SettingRow>, jobs: number): ChosenSetting {
  const name = 'maintenance_work_mem';
  const own = inBytes(settings.get(name)) ?? LEAST_MEMORY;
  const shared = inBytes(settings.get('shared_buffers')) ?? 0;
  const room = Math.min(MOST_MEMORY, shared / 2 / Math.max(1, jobs));
  const value = Math.max(own, LEAST_MEMORY, Math.floor(room / MB) * MB);
  const inKb = `${Math.floor(value / KB)}kB`;
  if (value === own) return { name, value: inKb, why: `the server's own, ${bytes(own)}, is enough` };
  const reason =
    value === LEAST_MEMORY
      ? 'the least that builds of some size need'
      : `for ${jobs} builds at a time, from shared_buffers ${bytes(shared)}`;
  return { name, value: inKb, why: `${bytes(value)} instead of the server's ${bytes(own)}: ${reason}` };
}

function workers(settings: Map<string, SettingRow>, jobs: number): ChosenSetting[] {
  const name = 'max_parallel_maintenance_workers';
  const own = Number(settings.get(name)?.value);
  const limits = ['max_parallel_workers', 'max_worker_processes'].map((limit) => Number(settings.get(limit)?.value));
  const pool = Math.min(...limits.filter(Number.isInteger));
  if (!Number.isInteger(own)) return [];
  const share = Number.isInteger(pool) ? Math.max(1, Math.floor(pool / Math.max(1, jobs))) : own;
  if (own <= share) return [{ name, value: String(own), why: "the server's own" }];
  return [{ name, value: String(share), why: `its share of ${pool} workers with ${jobs} builds at a time` }];
}
