import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, mostly by waiting, the longest first. One that begins last keeps all others waiting: on a
 * machine that has no times of an earlier run vitest goes by size.
 */
const LONG = [
  'engine/run/rollback',
  'engine/run/silence',
  'engine/run/resume',
  'engine/run/outcomes',
  'engine/run/own-gates',
  'engine/run/gates',
  'cli/restore',
  'engine/run/hostile',
  'cli/resume',
  'cli/deploy',
  'faults/faults-15',
  'faults/faults-18',
  'engine/run/ledger',
  'engine/run/limits',
  'cli/demo',
  'cli/terminal',
  'cli/rollback',
  'engine/run/connections',
  'engine/run/demo-plan',
  'cli/own-gates',
  'engine/run/looks',
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
