import type { Tried } from '../../queries/try_indexes.ts';
import type { EstimateMemory } from './estimates/gather-estimates.ts';
import type { KeptWrites } from './tables-now.ts';
import type { UniqueCheck } from './unique/check.ts';

/** What the looks of one engine share, so that those after the first cost the server little. */
export class Memory {
  /** What the server made of missing indexes on empty copies, by step: what it took once is not tried again. */
  readonly trials = new Map<number, Tried>();
  /** What was found of the data behind UNIQUE indexes, by step: data without duplicates is not read again. */
  readonly unique = new Map<number, UniqueCheck>();
  /** What sizes and times are estimated from: an index is not tried on a sample twice. */
  readonly estimates: EstimateMemory = { facts: null };
  /** The newest readings of what was written to tables, by OID: with them no look has to wait for a second one. */
  readonly writes: KeptWrites = new Map();
  readonly #answers = new Map<string, unknown>();

  /** The answer of the first look to a question that costs much, or whose answer stays. */
  async once<T>(question: string, ask: () => Promise<T>): Promise<T> {
    if (!this.#answers.has(question)) this.#answers.set(question, await ask());
    return this.#answers.get(question) as T;
  }

  /** Somebody wants everything looked at anew. */
  forget(): void {
    this.trials.clear();
    this.unique.clear();
    this.estimates.facts = null;
    this.writes.clear();
    this.#answers.clear();
  }
}
