import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createTwoFilesPatch } from 'diff';
import {
  describePlan,
  type Include,
  loadParser,
  type PlanOptions,
  type Repaired,
  readPlan,
  repairPlan,
} from '../plan/index.ts';
import { UsageError } from './errors.ts';
import { STDIN } from './plan-files.ts';
import { include, sourcesOf } from './read-plan.ts';

/** Where the repaired script goes: beside the old one, under a name that no migration tool takes for a migration. */
const fixedPath = (path: string): string => `${path}.fixed`;

const hasMark = (path: string): boolean => readFileSync(path).subarray(0, 3).equals(Buffer.from('\ufeff'));

const write = ({ path, after }: Repaired): void => {
  const text = hasMark(path) ? `\ufeff${after}` : after;
  writeFileSync(fixedPath(path), text, { flag: 'wx' });
};

const refuseExisting = (files: readonly Repaired[]): void => {
  const taken = files.map(({ path }) => fixedPath(path)).filter((path) => existsSync(path));
  if (taken.length > 0) throw new UsageError(`${taken.join(', ')} is there already: remove it first`);
};

/**
 * Says as a diff what would be mended in the files of a plan, then writes each mended file beside the old one. Returns the
 * lines to print, and whether what was mended is a good plan.
 */
export const fixPlan = async (
  names: readonly string[],
  options: PlanOptions,
  stdin: NodeJS.ReadableStream,
): Promise<{ lines: string[]; good: boolean }> => {
  if (names.includes(STDIN)) throw new UsageError('--fix writes beside the file, and standard input has no place');
  const sources = await sourcesOf(names, stdin);
  await loadParser();
  const { plan, files } = repairPlan(sources, include, options);
  const { length } = plan.problems;
  if (files.length === 0) {
    return {
      lines: length === 0 ? ['Nothing to mend.'] : [describePlan(plan).trimEnd(), 'Nothing that could be mended here.'],
      good: length === 0,
    };
  }
  const after = new Map(files.map((file) => [file.path, Buffer.from(file.after)]));
  const mended = (path: string, bytes: Uint8Array) => after.get(path) ?? bytes;
  const included: Include = (path, from, relative) => {
    const got = include(path, from, relative);
    return 'error' in got ? got : { ...got, bytes: mended(got.path, got.bytes) };
  };
  const again = readPlan(
    sources.map((source) => ({ ...source, bytes: mended(source.path, source.bytes) })),
    included,
    options,
  );
  refuseExisting(files);
  const diffs = files.map((file) =>
    createTwoFilesPatch(file.path, fixedPath(file.path), file.before, file.after, undefined, undefined, {
      context: 2,
    }).trimEnd(),
  );
  for (const file of files) write(file);
  const rest = again.problems.length;
  return {
    lines: [
      ...diffs,
      '',
      ...files.map(({ path }) => `Written: ${fixedPath(path)}`),
      ...(rest === 0 ? [] : ['', 'What is left to be mended by hand:', describePlan(again).trimEnd()]),
    ],
    good: rest === 0,
  };
};
