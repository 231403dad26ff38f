import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Include, loadParser, type Plan, type Problem, readPlan, type SourceFile } from '../plan/index.ts';
import { UsageError } from './errors.ts';

const readError = (cause: unknown): string => {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EISDIR' ? 'it is a directory' : message;
};

const source = (path: string): SourceFile => {
  try {
    return { path, bytes: readFileSync(path) };
  } catch (cause) {
    throw new UsageError(`cannot read the plan ${path}: ${readError(cause)}`, { cause });
  }
};

const include: Include = (path, fromFile, relative) => {
  const found = relative ? resolve(dirname(fromFile), path) : resolve(path);
  try {
    return { path: found, bytes: readFileSync(found) };
  } catch (cause) {
    return { error: readError(cause) };
  }
};

/** Reads the files of a plan. What is wrong with what they say is in the plan's problems. */
export const readPlanFiles = async (files: readonly string[], makeConcurrent: boolean): Promise<Plan> => {
  const sources = files.map(source);
  await loadParser();
  return readPlan(sources, include, { makeConcurrent });
};

/** One problem as a line that editors can follow. */
export const describeProblem = ({ file, line, column, message }: Problem): string =>
  `${file}:${line}:${column}: ${message}`;

/** Reads a plan that is to be deployed: one with problems is refused as a whole, with all of them. */
export const readGoodPlan = async (files: readonly string[], makeConcurrent: boolean): Promise<Plan> => {
  const plan = await readPlanFiles(files, makeConcurrent);
  const { length } = plan.problems;
  if (length === 0) return plan;
  const lines = plan.problems.map((problem) => `\n  ${describeProblem(problem)}`).join('');
  throw new UsageError(`the plan has ${length} ${length === 1 ? 'problem' : 'problems'}; nothing was sent:${lines}`);
};
