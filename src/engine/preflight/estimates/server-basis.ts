import type { CreateIndexStep } from '../../../plan/types.ts';
import type { ServerBasis } from '../../../run/index.ts';
import { builderSettings, inBytes } from '../builder-settings.ts';
import type { Facts } from '../facts.ts';

const MB = 1024 * 1024;

type Needed = Pick<Facts, 'basis' | 'settings' | 'options' | 'plan' | 'indexes'>;

/**
 * The server as the builder of each step will find it: with what is chosen for all of them, and where the plan's own SET or --set says
 * otherwise, with that.
 */
export const serverBasis = (facts: Needed): ((step: number) => ServerBasis) => {
  const { settings, basis, indexes } = facts;
  const chosen = new Map(builderSettings(facts).map(({ name, value }) => [name, value]));
  const creates = new Map(indexes.map(({ step, create }): [number, CreateIndexStep] => [step, create]));
  const blockSize = indexes[0]?.row.block_size ?? 8192;
  return (step) => {
    const own = new Map(creates.get(step)?.settings.map(({ name, value }) => [name, value]));
    const given = (name: string): string | undefined => own.get(name) ?? chosen.get(name);
    const size = (name: string): number | null => inBytes(settings.get(name), given(name));
    return {
      blockSize,
      memory: size('maintenance_work_mem') ?? 64 * MB,
      workers: Number(given('max_parallel_maintenance_workers') ?? 0) || 0,
      parallelPages: (size('min_parallel_table_scan_size') ?? 8 * MB) / blockSize,
      walCompressed: !['off', null, undefined].includes(
        given('wal_compression') ?? settings.get('wal_compression')?.value,
      ),
      emptyMs: basis?.emptyMs ?? null,
    };
  };
};
