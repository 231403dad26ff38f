import { describe, expect, test } from 'vitest';
import { corpus, expectedOf, kinds, outline, readSample, wantsDrops } from './corpus.ts';

describe('every file of the corpus is the plan, or the refusal, that is expected of it', () => {
  test.each(corpus)('$path', async (sample) => {
    const asItIs = readSample(sample, sample.bytes);
    const parts = [outline(asItIs)];
    if (asItIs.problems.length > 0) parts.push('--only-indexes', outline(readSample(sample, sample.bytes, true)));
    if (wantsDrops(asItIs)) parts.push('--allow-drops', outline(readSample(sample, sample.bytes, false, true)));
    await expect(`${parts.join('\n')}\n`).toMatchFileSnapshot(expectedOf(sample));
  });
});

test('there are at least five files of each kind', () => {
  const few = [...kinds()].filter(([, count]) => count < 5);
  expect(few).toEqual([]);
  expect(kinds().size).toBeGreaterThanOrEqual(28);
});
