import { z } from 'zod';
import { readQuestion } from '../../plan/index.ts';
import { parseDuration } from '../../run/gates/units.ts';
import type { OwnGate } from '../../run/index.ts';
import { UsageError } from '../errors.ts';
import { isBuiltIn, parseOwnThresholds } from './gates.ts';
import { readBy } from './read-by.ts';

const EVERY_MS = 10_000;
const LEAST_EVERY_MS = 1_000;
const TIMEOUT_MS = 5_000;
/** A statement holds a snapshot for as long as it runs, and every build waits for it. */
const MOST_SQL_TIMEOUT_MS = 10_000;
/** The session's name holds it, and a server cuts those off at 63 bytes. */
const NAME = /^[a-z][a-z0-9-]{0,19}$/;
const UNIT = /^\P{C}{1,12}$/u;
const MOST_GATES = 16;

const time = readBy((text) => {
  const ms = parseDuration(text);
  if (ms === null || ms <= 0) throw new UsageError(`it takes a time, such as 10s, not ${JSON.stringify(text)}`);
  return ms;
});

const written = z.strictObject({
  name: z.string().regex(NAME, { error: 'it takes up to 20 of a-z, 0-9 and -, a letter first' }),
  sql: z.string().min(1).optional(),
  command: z.string().min(1).optional(),
  every: time.optional(),
  timeout: time.optional(),
  thresholds: z.string(),
  below: z.boolean().optional(),
  unit: z.string().regex(UNIT, { error: 'it takes up to 12 printable characters' }).optional(),
});
type Written = z.output<typeof written>;

type Fault = (message: string, ...path: PropertyKey[]) => never;

const source = ({ sql, command }: Written, fault: Fault): OwnGate['source'] => {
  if (sql !== undefined && command !== undefined) return fault('it takes sql or command, not both', 'command');
  // Commands run where the config file is: `parseConfig` says where that is.
  if (command !== undefined) return { kind: 'command', command, cwd: '.' };
  if (sql === undefined) return fault('it takes sql or command');
  const question = readQuestion(sql);
  if (!question.ok) return fault(`refused: ${question.why}`, 'sql');
  return { kind: 'sql', sql: question.sql };
};

const thresholds = ({ name, below, thresholds: text }: Written, fault: Fault): OwnGate['thresholds'] => {
  try {
    return parseOwnThresholds({ name, below: below ?? false }, text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return fault(error.message, 'thresholds');
  }
};

const gateOf = (gate: Written, fault: Fault): OwnGate => {
  if (isBuiltIn(gate.name))
    return fault(`${gate.name} is a gate that every run has: gates sets its thresholds`, 'name');
  const everyMs = gate.every ?? EVERY_MS;
  if (everyMs < LEAST_EVERY_MS) return fault('it takes 1s at least', 'every');
  const from = source(gate, fault);
  const timeoutMs = gate.timeout ?? Math.min(TIMEOUT_MS, everyMs);
  if (timeoutMs > everyMs) return fault('a reading may not take longer than the time between two', 'timeout');
  if (from.kind === 'sql' && timeoutMs > MOST_SQL_TIMEOUT_MS)
    return fault('of a statement it is 10s at most: every build waits for its snapshot', 'timeout');
  const { name, below = false, unit = null } = gate;
  return { name, source: from, everyMs, timeoutMs, thresholds: thresholds(gate, fault), below, unit };
};

class Found extends Error {
  readonly path: PropertyKey[];

  constructor(message: string, path: PropertyKey[]) {
    super(message);
    this.path = path;
  }
}

/** The list under `own-gates`; each fault is at the line of the key that it is about. SQL is read: `loadParser` first. */
export const ownGates = z
  .array(written)
  .max(MOST_GATES, { error: `it takes ${MOST_GATES} gates at most` })
  .transform((gates, context): OwnGate[] => {
    try {
      return gates.map((gate, at) => {
        const fault: Fault = (message, ...path) => {
          throw new Found(message, [at, ...path]);
        };
        if (gates.slice(0, at).some((other) => other.name === gate.name))
          return fault(`there are two gates ${gate.name}`, 'name');
        return gateOf(gate, fault);
      });
    } catch (error) {
      if (!(error instanceof Found)) throw error;
      context.addIssue({ code: 'custom', message: error.message, path: error.path });
      return z.NEVER;
    }
  });
