import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, mostly by waiting, the longest first. One that begins last keeps all others waiting: on a
 * machine that has no times of an earlier run vitest goes by size.
 */
const LONG = [
  'cli/restore',
  'engine/run/silence',
  'engine/run/rollback',
  'engine/run/resume',
  'engine/run/gates',
  'cli/deploy',
  'engine/run/partitions',
  'engine/run/own-gates',
  'cli/rollback',
  'cli/demo',
  'engine/run/elsewhere',
  'engine/run/demo-plan',
  'engine/run/drops',
  'cli/resume',
  'engine/run/outcomes',
  'cli/record',
  'engine/run/probes',
  'run/simulation/simulation',
  'terminal/witnesses',
  'cli/backup-deploy',
  'engine/run/looks',
  'terminal/screen',
  'engine/run/replace',
  'cli/terminal',
  'engine/run/limits',
  'engine/run/ledger',
  'engine/run/hostile',
  'engine/run/connections',
  'faults/faults-18',
  'faults/faults-15',
  'cli/usage',
  'engine/preflight/unique-duplicates',
  'engine/preflight/estimates',
  'engine/run/failover',
  'cli/pack',
  'cli/backup',
  'engine/preflight/tables-now',
  'cli/mcp',
].map((name) => `test/${name}.test.ts`);

/** Runs long files first, and all others in vitest's own order. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG.indexOf(relative(this.ctx.config.root, moduleId));
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
