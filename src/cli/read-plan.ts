import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  type Include,
  loadParser,
  type Plan,
  type PlanOptions,
  type Problem,
  problemLines,
  readPlan,
  type SourceFile,
} from '../plan/index.ts';
import { UsageError } from './errors.ts';
import { planPaths, readError, STDIN, sourceFile } from './plan-files.ts';

/** Gets what \i and \ir name from the disk. */
export const include: Include = (path, fromFile, relative) => {
  const found = relative && fromFile !== STDIN ? resolve(dirname(fromFile), path) : resolve(path);
  try {
    return { path: found, bytes: readFileSync(found) };
  } catch (cause) {
    return { error: readError(cause) };
  }
};

/** What the names stand for, read. */
export const sourcesOf = (names: readonly string[], stdin: NodeJS.ReadableStream): Promise<SourceFile[]> =>
  Promise.all(planPaths(names).map((path) => sourceFile(path, stdin)));

/**
 * Reads what the names stand for: files, folders, patterns, `-` for standard input. What is wrong with what they say is in
 * the plan's problems.
 */
export const readPlanFiles = async (
  names: readonly string[],
  options: PlanOptions,
  stdin: NodeJS.ReadableStream,
): Promise<Plan> => {
  const sources = await sourcesOf(names, stdin);
  await loadParser();
  return readPlan(sources, include, options);
};

/** One problem as a line that editors can follow. */
export const describeProblem = ({ file, line, column, message }: Problem): string =>
  `${file}:${line}:${column}: ${message}`;

/** The same with the text around it and what was probably meant under it. */
const explainProblem = (problem: Problem): string => {
  const [, ...more] = problemLines({ ...problem, message: '' });
  return [describeProblem(problem), ...more].map((line) => `\n  ${line}`).join('');
};

/** Reads a plan that is to be deployed: one with problems is refused as a whole, with all of them. */
export const readGoodPlan = async (
  names: readonly string[],
  options: PlanOptions,
  stdin: NodeJS.ReadableStream,
): Promise<Plan> => {
  const plan = await readPlanFiles(names, options, stdin);
  const { length } = plan.problems;
  if (length === 0) return plan;
  const lines = plan.problems.map(explainProblem).join('');
  throw new UsageError(`the plan has ${length} ${length === 1 ? 'problem' : 'problems'}; nothing was sent:${lines}`);
};

/** What is recorded of a plan's names, to read it again; nothing when it came from standard input. */
export const recordedSources = (names: readonly string[]): string[] =>
  names.includes(STDIN) ? [] : names.map((name) => resolve(name));
