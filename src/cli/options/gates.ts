import { GATE_NAMES, type GateName, type GateThresholds, type OwnGate } from '../../run/index.ts';
import { UsageError } from '../errors.ts';
import { parseThreshold, thresholdExample } from './units.ts';

/** True for the name of a gate that every run has. */
export const isBuiltIn = (name: string): name is GateName => (GATE_NAMES as readonly string[]).includes(name);

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
    new UsageError(`gate ${gate}: ${why}. It takes WARN,PAUSE,ABORT, each ${example}, or a dash to leave it out`);
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

/** Reads WARN,PAUSE,ABORT: three thresholds in the gate's own unit, a dash for one that is left out. */
export const parseThresholds = (gate: GateName, text: string): GateThresholds =>
  readThresholds(
    { gate, example: thresholdExample(gate), parse: (part) => parseThreshold(gate, part), below: false },
    text,
  );

/** The same for an own gate: plain numbers, which fall where less is worse. */
export const parseOwnThresholds = ({ name, below }: Pick<OwnGate, 'name' | 'below'>, text: string): GateThresholds =>
  readThresholds(
    {
      gate: name,
      example: 'a plain number, such as 10 or 0.5',
      parse: (part) => (PLAIN_NUMBER.test(part) ? Number(part) : null),
      below,
    },
    text,
  );

/** Thresholds as --gate gave them; those of a gate that is not built in stay text until the config file is known. */
export type GivenGate = GateThresholds | string;

/** Reads NAME=WARN,PAUSE,ABORT. */
export const parseGate = (text: string): [string, GivenGate] => {
  const at = text.indexOf('=');
  if (at === -1) throw new UsageError(`--gate ${text} is not of the form NAME=WARN,PAUSE,ABORT`);
  const [name, thresholds] = [text.slice(0, at).trim(), text.slice(at + 1)];
  return [name, isBuiltIn(name) ? parseThresholds(name, thresholds) : thresholds];
};

/** The own gates with thresholds given by name. A name that is no gate's at all is an error that lists them. */
export const overrideOwnGates = (gates: readonly OwnGate[], given: Readonly<Record<string, string>>): OwnGate[] => {
  for (const name of Object.keys(given))
    if (!gates.some((gate) => gate.name === name)) {
      const known = [...GATE_NAMES, ...gates.map((gate) => gate.name)].join(', ');
      throw new UsageError(`there is no gate ${JSON.stringify(name)}: ${known}`);
    }
  return gates.map((gate) => {
    const text = given[gate.name];
    return text === undefined ? gate : { ...gate, thresholds: parseOwnThresholds(gate, text) };
  });
};
