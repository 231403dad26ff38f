import type { Headed } from '../sections.ts';
import type { Source } from '../source.ts';
import type { SectionStep, ValidationStep } from '../types.ts';

interface Range {
  source: Source;
  start: number;
  end: number;
}

/** What the reader did with a piece of a file, in the order in which it read: enough to write the plan back. */
export type Act =
  | { as: 'file'; source: Source }
  | { as: 'file-ends'; source: Source }
  /** A statement of the plan, with its text as the reader took it. */
  | (Range & { as: 'keep'; text: string; step: SectionStep | ValidationStep; headed: Headed })
  | (Range & { as: 'drop'; transaction?: 'begin' | 'commit' })
  /** What is refused, and what it was probably meant to be. */
  | (Range & { as: 'problem'; fix?: string })
  | (Range & { as: 'comment'; ownLine: boolean })
  /** A heading is in force from here on; `shown` when the comments before it say it. */
  | { as: 'heading'; headed: Headed; shown: boolean };

/** Gathers acts, or nothing when nobody wants them. */
export class Trace {
  readonly acts: Act[] = [];
  private readonly wanted: boolean;

  constructor(wanted: boolean) {
    this.wanted = wanted;
  }

  add(act: Act): void {
    if (this.wanted) this.acts.push(act);
  }
}
