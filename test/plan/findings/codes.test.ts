import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CODE_GROUPS, CODES } from '../../../src/plan/findings/codes.ts';
import { findingsPage } from '../../../src/plan/findings/index.ts';
import { PROBLEM_CODES } from '../../../src/plan/findings/problems.ts';

const root = new URL('../../../', import.meta.url);
const sources = globSync('src/**/*.ts', { cwd: root })
  .filter((path) => !path.startsWith('src/plan/findings/'))
  .map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }));

const found = (pattern: RegExp, within = sources): { path: string; groups: string[] }[] =>
  within.flatMap(({ path, text }) => [...text.matchAll(pattern)].map((match) => ({ path, groups: match.slice(1) })));

/** Every place that makes a finding with its level and code spelt out. */
const made = [
  ...found(/finding\(\s*'(\w+)',\s*'([\w-]+)'/g),
  ...found(/\bok\(\s*'([\w-]+)'/g).map(({ path, groups: [code = ''] }) => ({ path, groups: ['ok', code] })),
  ...found(/level: '(\w+)',\s*code: '([\w-]+)'/g),
];

test('every finding that the program makes has its code on the page, with that level', () => {
  expect(made.length).toBeGreaterThan(60);
  const wrong = made.flatMap(({ path, groups: [level = '', code = ''] }) =>
    CODES.get(code)?.levels.some((each) => each === level) ? [] : [`${path}: ${level} ${code}`],
  );
  expect(wrong).toEqual([]);
});

test('the page has no code that nothing says any more', () => {
  const gone = [...CODES.keys()].filter((code) => !sources.some(({ text }) => text.includes(`'${code}'`)));
  expect(gone).toEqual([]);
});

test('a code stands in one group only, and what can block says whether it can be waived', () => {
  const all = CODE_GROUPS.flatMap(({ codes }) => Object.keys(codes));
  expect(all).toHaveLength(new Set(all).size);
  for (const [code, { levels, waiver }] of CODES)
    expect([code, waiver !== undefined]).toEqual([code, levels.some((level) => level === 'blocks')]);
  for (const code of CODES.keys()) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test('every problem of the reader is on the page, and none besides', () => {
  const inPlan = sources.filter(({ path }) => path.startsWith('src/plan/'));
  const refusals = [
    ...found(/\b(?:refused|refuse)\(\s*'([\w-]+)',/g, inPlan),
    ...found(/as: 'refused',\s*code: '([\w-]+)'/g, inPlan),
    ...found(/\bas, code: '([\w-]+)'/g, inPlan),
    ...found(/\.\.\.refused,\s*code: '([\w-]+)'/g, inPlan),
    ...found(/problem\(\s*file,\s*bytes,\s*\w+,\s*'([\w-]+)'/g, inPlan),
  ].map(({ groups: [code = ''] }) => code);
  expect([...new Set(refusals)].sort()).toEqual(Object.keys(PROBLEM_CODES).sort());
});

test('docs/findings.md is what the table says: node scripts/write-findings-page.ts', () => {
  expect(readFileSync(new URL('docs/findings.md', root), 'utf8')).toBe(findingsPage());
});
