import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describePlan, type Plan, planToJson } from '../../src/plan/index.ts';
import { accounted, placeIn, scanned } from './accounted.ts';
import { corpus, readSample, type Sample } from './corpus.ts';

const CASES = Number(process.env.INDEXDECK_MUTATIONS ?? 20_000);

type Mutation = (bytes: Buffer) => Buffer;

/** Two places in a file, as shares of its length. */
const range = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
const places = (bytes: Buffer, [a, b]: [number, number]): [number, number] => {
  const [from, to] = [Math.floor(a * bytes.length), Math.floor(b * bytes.length)];
  return from < to ? [from, to] : [to, from];
};

const BITS = [
  "'",
  '"',
  '$$',
  '--',
  '/*',
  '*/',
  ';',
  '\n',
  '\r',
  '\\',
  '\0',
  '(',
  ')',
  ',',
  "E'",
  '--\n',
  '\ufeff',
  '\u2019',
];

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  range.map(
    (at): Mutation =>
      (bytes) => {
        const [from, to] = places(bytes, at);
        return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
      },
  ),
  range.map(
    (at): Mutation =>
      (bytes) =>
        bytes.subarray(...places(bytes, at)),
  ),
  range.map(
    (at): Mutation =>
      (bytes) => {
        const [from, to] = places(bytes, at);
        return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to)]);
      },
  ),
  range.map(
    (at): Mutation =>
      (bytes) => {
        const [from, to] = places(bytes, at);
        const middle = Math.floor((from + to) / 2);
        return Buffer.concat([
          bytes.subarray(0, from),
          bytes.subarray(middle, to),
          bytes.subarray(from, middle),
          bytes.subarray(to),
        ]);
      },
  ),
  fc.tuple(range, fc.constantFrom(...BITS)).map(
    ([at, bit]): Mutation =>
      (bytes) => {
        const [from] = places(bytes, at);
        return Buffer.concat([bytes.subarray(0, from), Buffer.from(bit), bytes.subarray(from)]);
      },
  ),
  fc.tuple(range, fc.integer({ min: 0, max: 255 })).map(
    ([at, byte]): Mutation =>
      (bytes) => {
        const changed = Buffer.from(bytes);
        changed[places(bytes, at)[0]] = byte;
        return changed;
      },
  ),
  fc.constantFrom<Mutation>(
    (bytes) => Buffer.from(bytes.toString().replaceAll('\n', '\r\n')),
    (bytes) => Buffer.from(bytes.toString().replaceAll('\n', '\r')),
    (bytes) => Buffer.from(bytes.toString(), 'latin1'),
    (bytes) => Buffer.from(bytes.toString(), 'utf16le'),
    (bytes) => Buffer.from(bytes.toString('latin1')),
    (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]),
    (bytes) => Buffer.from(bytes.toString().toUpperCase()),
    (bytes) => Buffer.from(bytes.toString().toLowerCase()),
  ),
);

const text = (bytes: Buffer): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
};

const everything = ({ sections, validations, leftOut, problems }: Plan): number =>
  sections.reduce((n, { steps }) => n + steps.length, 0) + validations.length + leftOut.length + problems.length;

const counted = { scanned: 0, steps: 0, statements: 0 };

/** Holds what the reader says of the bytes against what PostgreSQL's own scanner sees in them. */
function judge(sample: Sample, bytes: Buffer, onlyIndexes: boolean): void {
  const plan = readSample(sample, bytes, onlyIndexes, onlyIndexes);
  expect(everything(plan)).toBeGreaterThan(0);
  const read = text(bytes);
  // psql's commands and COPY's data are none of PostgreSQL's tokens.
  if (read === null || /\\|stdin|atomic|\brule\b/i.test(read) || read.includes('\0')) return;
  const theirs = scanned(read);
  if (theirs === null) return;
  counted.scanned++;
  const steps = [...plan.sections.flatMap((section) => section.steps), ...plan.validations];
  const tokens = new Set([...theirs.tokens].map((at) => placeIn(read, at)));
  for (const { line, column } of steps) {
    counted.steps++;
    expect(tokens).toContain(`${line}:${column}`);
  }
  const said = accounted(plan, sample.path);
  const unclosed = plan.problems.some(({ code }) => code === 'unclosed' || code.startsWith('encoding'));
  if (unclosed) return;
  for (const at of theirs.starts) {
    counted.statements++;
    expect([...said.keys()]).toContain(placeIn(read, at));
  }
}

test(`${CASES} mutations: never a crash, a comment as a statement, or a statement lost in silence`, {
  timeout: 300_000,
}, () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...corpus),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (sample, mutations, onlyIndexes) => {
        const bytes = mutations.reduce<Buffer>((before, mutate) => mutate(before), Buffer.from(sample.bytes));
        judge(sample, bytes, onlyIndexes);
      },
    ),
    { numRuns: CASES },
  );
  // The checks must have had something to check.
  expect(counted.scanned).toBeGreaterThan(CASES / 3);
  expect(counted.steps).toBeGreaterThan(CASES / 4);
  expect(counted.statements).toBeGreaterThan(CASES / 2);
});

test('what is printed of mutated files cannot steer a terminal', () => {
  fc.assert(
    fc.property(fc.constantFrom(...corpus), fc.array(mutation, { minLength: 1, maxLength: 3 }), (sample, mutations) => {
      const bytes = mutations.reduce<Buffer>((before, mutate) => mutate(before), Buffer.from(sample.bytes));
      const plan = readSample(sample, bytes);
      expect(describePlan(plan)).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f]/);
      JSON.stringify(planToJson(plan));
    }),
    { numRuns: 1000 },
  );
});
