import type { OwnGate } from './own.ts';
import type { GateName, GateThresholds } from './types.ts';
import { parseThreshold, thresholdExample } from './units.ts';

/** What cannot be read, and what it should look like. */
export class Unreadable extends Error {}

const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

interface Reading {
  gate: string;
  example: string;
  /** Null when the text is no threshold. */
  parse(text: string): number | null;
  /** Less is worse. */
  below: boolean;
}

const readThresholds = ({ gate, example, parse, below }: Reading, text: string): GateThresholds => {
  const wrong = (why: string) =>
    new Unreadable(`gate ${gate}: ${why}. It takes WARN,PAUSE,ABORT, each ${example}, or a dash to leave it out`);
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length !== 3) throw wrong(`${JSON.stringify(text)} is not three values`);
  const values = parts.map((part) => {
    if (part === '-') return null;
    const value = parse(part);
    if (value === null) throw wrong(`${JSON.stringify(part)} is not understood`);
    return value;
  });
  const [warn = null, pause = null, abort = null] = values;
  const given = values.filter((value) => value !== null).map((value) => (below ? -value : value));
  if (given.some((value, at) => at > 0 && value < (given[at - 1] ?? 0)))
    throw wrong(`${JSON.stringify(text)} does not ${below ? 'fall' : 'rise'} from warn to pause to abort`);
  return { warn, pause, abort };
};

/**
 * Reads WARN,PAUSE,ABORT: three thresholds in the gate's own unit, a dash for one that is left out. Throws Unreadable with a
 * sentence for who wrote it.
 */
export const readGateThresholds = (gate: GateName, text: string): GateThresholds =>
  readThresholds(
    { gate, example: thresholdExample(gate), parse: (part) => parseThreshold(gate, part), below: false },
    text,
  );

/** The same for an own gate: plain numbers, which fall where less is worse. */
export const readOwnThresholds = ({ name, below }: Pick<OwnGate, 'name' | 'below'>, text: string): GateThresholds =>
  readThresholds(
    {
      gate: name,
      example: 'a plain number, such as 10 or 0.5',
      parse: (part) => (PLAIN_NUMBER.test(part) ? Number(part) : null),
      below,
    },
    text,
  );
