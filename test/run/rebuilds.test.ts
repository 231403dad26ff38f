import { describe, expect, it } from 'vitest';
import { countWords, rebuildsOf, type StepState } from '../../src/run/index.ts';

const step = (id: number, more: object): StepState =>
  ({
    id,
    parent: null,
    gone: false,
    status: 'queued',
    step: { kind: 'reindex', of: 'index', name: `i${id}` },
    ...more,
  }) as StepState;

describe('what is counted as rebuilt', () => {
  it('is each index, also where a table was named; what is not there any more is not', () => {
    const steps = [
      step(0, { status: 'done' }),
      step(1, { step: { kind: 'reindex', of: 'table', name: 't' } }),
      step(2, { parent: 1, status: 'done' }),
      step(3, { parent: 1 }),
      step(4, { parent: 1, gone: true }),
    ];
    expect(rebuildsOf({ steps })).toEqual({ done: 2, total: 3 });
    expect(rebuildsOf({ steps: steps.slice(1, 2) })).toEqual({ done: 0, total: 0 });
    expect(rebuildsOf({ steps: [step(0, { step: { kind: 'analyze', tables: [] } })] })).toBeNull();
  });

  it('stands beside what is built, or alone', () => {
    expect(countWords(1, 4, null)).toEqual(['index 1/4']);
    expect(countWords(1, 4, { done: 2, total: 3 })).toEqual(['index 1/4', 'rebuilt 2/3']);
    expect(countWords(0, 0, { done: 2, total: 3 })).toEqual(['rebuilt 2/3']);
  });
});
