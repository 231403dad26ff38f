import { basename } from 'node:path';
import { z } from 'zod';
import { explained, type Plan, readQuestion, type ValidationStep } from '../../plan/index.ts';
import type { Probe, ProbeTarget } from '../../run/index.ts';
import { UsageError } from '../errors.ts';
import { readBy } from './read-by.ts';
import { parseDuration } from './units.ts';

const REPETITIONS = 5;
const MOST_REPETITIONS = 100;
const TIMEOUT_MS = 30_000;
const MOST_TIMEOUT_MS = 10 * 60_000;
const MOST_PROBES = 50;
const NAME = /^\P{C}{1,60}$/u;

/** A probe of the config file: one of its own, or what is said of the plan's EXPLAIN on a line. */
export interface GivenProbe {
  name: string | null;
  /** Of the EXPLAIN in the plan; then there is no `sql`. */
  line: number | null;
  sql: string | null;
  parameters: Probe['parameters'];
  repetitions: number;
  timeoutMs: number;
  target: ProbeTarget | null;
  expectedIndex: string | null;
  sequentialAllowed: boolean;
}

const FASTER = /^(?:at least\s+)?(\d+(?:\.\d+)?)\s*%\s*faster$/i;
const TIMES = /^(?:at least\s+)?(\d+(?:\.\d+)?)\s*x(?:\s+faster)?$/i;
const UNDER = /^(?:<|under|below)\s*(\S.*)$/i;

/** Reads "at least 50 % faster", "10x" or "< 100 ms". */
export const parseTarget = (text: string): ProbeTarget => {
  const given = text.trim();
  const percent = FASTER.exec(given)?.[1];
  if (percent !== undefined && Number(percent) > 0 && Number(percent) < 100)
    return { kind: 'faster', percent: Number(percent) };
  const times = TIMES.exec(given)?.[1];
  if (times !== undefined && Number(times) > 1) return { kind: 'faster', percent: (1 - 1 / Number(times)) * 100 };
  const limit = UNDER.exec(given)?.[1];
  const ms = limit === undefined ? null : parseDuration(limit);
  if (ms !== null && ms > 0) return { kind: 'under', ms };
  throw new UsageError(
    `it takes a target such as "at least 50 % faster", "10x" or "< 100 ms", not ${JSON.stringify(text)}`,
  );
};

const timeout = readBy((text) => {
  const ms = parseDuration(text);
  if (ms === null || ms < 1 || ms > MOST_TIMEOUT_MS)
    throw new UsageError('it takes a time of 10min at most, such as 30s');
  return ms;
});

const written = z
  .strictObject({
    name: z.string().regex(NAME, { error: 'it takes up to 60 printable characters' }).optional(),
    line: z.int().positive().optional(),
    sql: z.string().min(1).optional(),
    parameters: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
    repetitions: z.int().min(1).max(MOST_REPETITIONS).optional(),
    timeout: timeout.optional(),
    target: readBy(parseTarget).optional(),
    'expected-index': z.string().min(1).optional(),
    'sequential-scan': z.enum(['fails', 'allowed']).optional(),
  })
  .transform((probe, context): GivenProbe => {
    const fault = (message: string, ...path: PropertyKey[]) => {
      context.addIssue({ code: 'custom', message, path });
      return z.NEVER;
    };
    const { name = null, line = null, parameters = [] } = probe;
    if ((probe.sql === undefined) === (line === null))
      return fault('it takes sql, or the line of an EXPLAIN in the plan, and not both');
    if (line !== null && parameters.length > 0) return fault('an EXPLAIN of the plan has no parameters', 'parameters');
    if (probe.sql !== undefined && name === null) return fault('it takes a name');
    const question = probe.sql === undefined ? null : readQuestion(probe.sql, parameters.length);
    if (question?.ok === false) return fault(`refused: ${question.why}`, 'sql');
    return {
      name,
      line,
      sql: question?.sql ?? null,
      parameters,
      repetitions: probe.repetitions ?? REPETITIONS,
      timeoutMs: probe.timeout ?? TIMEOUT_MS,
      target: probe.target ?? null,
      expectedIndex: probe['expected-index'] ?? null,
      sequentialAllowed: probe['sequential-scan'] === 'allowed',
    };
  });

/** The list under `probes`; SQL is read: `loadParser` first. */
export const probes = z.array(written).max(MOST_PROBES, { error: `it takes ${MOST_PROBES} probes at most` });

const NOTHING_SAID: Omit<GivenProbe, 'name' | 'line' | 'sql'> = {
  parameters: [],
  repetitions: REPETITIONS,
  timeoutMs: TIMEOUT_MS,
  target: null,
  expectedIndex: null,
  sequentialAllowed: false,
};

const withoutPlace = ({ line: _, name: __, sql: ___, ...said }: GivenProbe) => said;

/** An EXPLAIN of the plan as a probe; null for one whose query cannot be told from the EXPLAIN around it. */
const ofPlan = (step: ValidationStep, plan: Plan, said: GivenProbe | undefined): Probe | null => {
  const found = explained(step.sql);
  if (found === null) return null;
  const { file, line } = step;
  return {
    ...NOTHING_SAID,
    ...(said === undefined ? {} : withoutPlace(said)),
    name: said?.name ?? (plan.files.length > 1 ? `${basename(file)}, line ${line}` : `line ${line}`),
    from: 'plan',
    place: { file, line },
    sql: found.sql,
    execute: found.analyze,
    settings: step.settings,
    searchPath: step.searchPath,
  };
};

/** Two of one name are told apart by a number. */
const unique = (all: readonly Probe[]): Probe[] =>
  all.map((probe, at) => {
    const before = all.slice(0, at).filter(({ name }) => name === probe.name).length;
    return before === 0 ? probe : { ...probe, name: `${probe.name} (${before + 1})` };
  });

/**
 * What a run measures: the plan's EXPLAINs, with what the config file says of them by line, and then the config file's own.
 * Fails for a line without an EXPLAIN. `loadParser` first.
 */
export const probesOf = (plan: Plan, given: readonly GivenProbe[] = []): Probe[] => {
  const explains = plan.validations.filter(({ kind }) => kind === 'explain');
  for (const { line } of given)
    if (line !== null && !explains.some((step) => step.line === line))
      throw new UsageError(`probes: there is no EXPLAIN on line ${line} of the plan`);
  const own = given.flatMap((probe): Probe[] =>
    probe.sql === null
      ? []
      : [
          {
            ...withoutPlace(probe),
            name: probe.name ?? '',
            from: 'config',
            place: null,
            sql: probe.sql,
            execute: true,
            settings: [],
            searchPath: null,
          },
        ],
  );
  const planned = explains.flatMap(
    (step) =>
      ofPlan(
        step,
        plan,
        given.find(({ line }) => line === step.line),
      ) ?? [],
  );
  return unique([...planned, ...own]);
};
