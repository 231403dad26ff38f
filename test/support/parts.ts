import type { AttachPartitionStep } from '../../src/plan/types.ts';
import type { FoundParts, RunOptions, StepEstimate } from '../../src/run/index.ts';
import { Core, createIndex, options, planOf, section } from './core.ts';

/** ALTER INDEX ... ATTACH PARTITION, both in public. */
export const attachStep = (name: string, partition: string): AttachPartitionStep => ({
  file: 'plan.sql',
  line: 1,
  column: 1,
  settings: [],
  searchPath: null,
  kind: 'attach-partition',
  sql: `ALTER INDEX public.${name} ATTACH PARTITION public.${partition}`,
  schema: 'public',
  name,
  partition: { schema: 'public', name: partition },
});

export const attachPart = (name: string, partition: string, tableOid: number): FoundParts['parts'][number] => ({
  step: attachStep(name, partition),
  tableOid,
});

export const makePart = (name: string, table: string, tableOid: number, only = false): FoundParts['parts'][number] => ({
  step: createIndex(name, table, { schema: 'public', only, concurrently: !only }),
  tableOid,
});

/** `p` with the partitions `p1` and `p2`; `p2` is partitioned itself, with `l`. */
export const PARTS: FoundParts = {
  step: 0,
  parts: [
    makePart('p1_i', 'p1', 11),
    makePart('l_i', 'l', 21),
    makePart('i', 'p', 10, true),
    makePart('p2_i', 'p2', 20, true),
    attachPart('p2_i', 'l_i', 21),
    attachPart('i', 'p2_i', 20),
    attachPart('i', 'p1_i', 11),
  ],
};

const PLAN = planOf(section('one', [createIndex('i', 'p')]), section('two', [createIndex('b', 'b')]));

/** Past its go. The parts of step 0 are the steps 2 to 8. */
export const started = (opts: Partial<RunOptions> = {}, estimates: StepEstimate[] = []): Core => {
  const core = new Core(PLAN, options(opts));
  const tables = [10, 11, 20, 21, 30].map((oid) => ({ oid, schema: 'public', name: `t${oid}`, rows: 1, bytes: 1 }));
  core.go({
    tables,
    steps: [
      { step: 0, tableOid: 10, found: { kind: 'none' } },
      { step: 1, tableOid: 30, found: { kind: 'none' } },
    ],
    parts: [PARTS],
    ...(estimates.length === 0 ? {} : { estimates }),
  });
  return core;
};

export const build = (core: Core, step: number): void => {
  core.found(step);
  core.built(step);
};

export const attached = (core: Core, step: number): void =>
  core.end(`statement:${step}`, { kind: 'statement-ended', step, outcome: { kind: 'done', durationMs: 1 } });

/** All is made, the level is complete, and is being attached. */
export const made = (): Core => {
  const core = started();
  for (const step of [2, 3, 5]) build(core, step);
  attached(core, 6);
  build(core, 4);
  return core;
};

/** The catalog says that the index of step 0 is complete. */
export const complete = (core: Core): void =>
  core.end('complete:0', {
    kind: 'completed',
    step: 0,
    found: { kind: 'equal', oid: 5004, definition: '', bytes: 0 },
    parts: [],
    tables: [],
  });

/** All is made, attached and complete. */
export const completed = (): Core => {
  const core = made();
  for (const step of [7, 8]) attached(core, step);
  complete(core);
  return core;
};
