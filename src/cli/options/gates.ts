import { GATE_NAMES, type GateName, type GateThresholds } from '../../run/index.ts';
import { UsageError } from '../errors.ts';
import { parseThreshold, thresholdExample } from './units.ts';

const isGate = (name: string): name is GateName => (GATE_NAMES as readonly string[]).includes(name);

/** The gate of that name, or an error that lists them. */
export const gateName = (name: string): GateName => {
  if (isGate(name)) return name;
  throw new UsageError(`there is no gate ${JSON.stringify(name)}: ${GATE_NAMES.join(', ')}`);
};

/** Reads WARN,PAUSE,ABORT: three thresholds in the gate's own unit, a dash for one that is left out. */
export const parseThresholds = (gate: GateName, text: string): GateThresholds => {
  const wrong = (why: string) =>
    new UsageError(
      `gate ${gate}: ${why}. It takes WARN,PAUSE,ABORT, each ${thresholdExample(gate)}, or a dash to leave it out`,
    );
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length !== 3) throw wrong(`${JSON.stringify(text)} is not three values`);
  const values = parts.map((part) => {
    if (part === '-') return null;
    const value = parseThreshold(gate, part);
    if (value === null) throw wrong(`${JSON.stringify(part)} is not understood`);
    return value;
  });
  const [warn = null, pause = null, abort = null] = values;
  const given = values.filter((value) => value !== null);
  if (given.some((value, at) => at > 0 && value < (given[at - 1] ?? 0)))
    throw wrong(`${JSON.stringify(text)} does not rise from warn to pause to abort`);
  return { warn, pause, abort };
};

/** Reads NAME=WARN,PAUSE,ABORT. */
export const parseGate = (text: string): [GateName, GateThresholds] => {
  const at = text.indexOf('=');
  if (at === -1) throw new UsageError(`--gate ${text} is not of the form NAME=WARN,PAUSE,ABORT`);
  const name = gateName(text.slice(0, at).trim());
  return [name, parseThresholds(name, text.slice(at + 1))];
};
