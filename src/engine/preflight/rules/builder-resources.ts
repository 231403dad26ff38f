import type { Finding } from '../../../plan/types.ts';
import { bytes } from '../../../run/index.ts';
import { builderSettings, inBytes } from '../builder-settings.ts';
import type { Facts, Rule } from '../facts.ts';
import { finding, list, ok } from '../finding.ts';
import { tableItems } from '../partition-words.ts';

/** Each parallel worker of a build, and its leader, wants so much of maintenance_work_mem (plan_create_index_workers). */
const PER_WORKER = 32 * 1024 * 1024;
/** By custom shared_buffers is a quarter of the machine's memory. */
const OF_MACHINE = 4;
/** A sort of this many times its memory goes to disk in any case, however few of the columns are in the index. */
const FAR_OVER = 32;

/** What the builds get, and what of the server's own limits they would run into. */
export const builderResources: Rule = (facts) => {
  const chosen = new Map(builderSettings(facts).map((setting) => [setting.name, setting]));
  const given = (name: string) => chosen.get(name)?.value;
  const memory = inBytes(facts.settings.get('maintenance_work_mem'), given('maintenance_work_mem'));
  const workers = Number(given('max_parallel_maintenance_workers'));
  return [
    settingsSaid([...chosen.values()], memory, workers),
    ...memoryInAll(facts, memory),
    ...fewWorkers(facts, workers),
    ...sortsOnDisk(facts, memory),
  ];
};

function settingsSaid(chosen: ReturnType<typeof builderSettings>, memory: number | null, workers: number): Finding {
  const each = chosen.map(({ name, value, why }) => {
    const shown = name === 'maintenance_work_mem' && memory !== null ? bytes(memory) : value;
    return `${name} = ${shown} (${why})`;
  });
  const able = memory === null ? workers : Math.max(0, Math.floor(memory / PER_WORKER) - 1);
  const idle =
    able < workers ? ` Of ${workers} parallel workers ${able} can take part: each wants 32 MB of the memory.` : '';
  return ok(
    'builder-settings',
    `Building sessions get ${each.join('; ')}; and no time limit of the server, since the waits of a build count in them.${idle}`,
  );
}

function memoryInAll({ settings, options }: Facts, memory: number | null): Finding[] {
  const shared = inBytes(settings.get('shared_buffers'));
  if (memory === null || shared === null || memory * options.jobs <= shared * OF_MACHINE) return [];
  return [
    finding('warning', 'builder-memory', {
      what: `${options.jobs} builds at a time may take ${bytes(memory)} each, ${bytes(memory * options.jobs)} in all; shared_buffers is ${bytes(shared)}.`,
      why: 'Where shared_buffers is a quarter of the memory, as is the custom, that is more than the machine has.',
      advice:
        'Give less (--set maintenance_work_mem=...), or build fewer at a time (--jobs 1), unless you know better.',
    }),
  ];
}

function fewWorkers({ settings, options }: Facts, workers: number): Finding[] {
  const slots = Number(settings.get('max_worker_processes')?.value);
  if (!Number.isInteger(slots) || !Number.isInteger(workers) || workers * options.jobs <= slots) return [];
  return [
    finding('note', 'few-workers', {
      what: `${options.jobs} builds at a time would take ${workers} parallel workers each, and max_worker_processes is ${slots}.`,
      why: 'Parallel queries and logical replication take from the same number: builds begin with fewer workers, and are slower.',
      advice: 'Nothing to do, but that builds take longer than elsewhere; a change takes a restart of the server.',
    }),
  ];
}

function sortsOnDisk({ tables }: Facts, memory: number | null): Finding[] {
  if (memory === null) return [];
  const large = tables
    .map((table) => ({ ...table, size: table.bytes ?? 0 }))
    .filter(({ size }) => size > memory * FAR_OVER)
    .sort((a, b) => b.size - a.size);
  if (large.length === 0) return [];
  const items = tableItems(large, ({ name, size }) => `${name} (${bytes(size)})`);
  return [
    finding('note', 'sorts-on-disk', {
      what: `A build has ${bytes(memory)} of memory, and these tables are far larger: ${list(items)}.`,
      why: 'What does not fit is sorted on disk, in temporary files beside the data, about as large as the index.',
      advice: 'Where the machine has it, more memory for fewer builds helps: --set maintenance_work_mem=2GB --jobs 1.',
    }),
  ];
}
