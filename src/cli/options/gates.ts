import { readGateThresholds, readOwnThresholds, Unreadable } from '../../run/gates/parse.ts';
import { isBuiltIn } from '../../run/gates/types.ts';
import { GATE_NAMES, type GateName, type GateThresholds, type OwnGate } from '../../run/index.ts';
import { UsageError } from '../errors.ts';

export { isBuiltIn } from '../../run/gates/types.ts';

const orUsage = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw error instanceof Unreadable ? new UsageError(error.message, { cause: error }) : error;
  }
};

/** Reads WARN,PAUSE,ABORT of a gate that every run has. */
export const parseThresholds = (gate: GateName, text: string): GateThresholds =>
  orUsage(() => readGateThresholds(gate, text));

/** The same for an own gate. */
export const parseOwnThresholds = (gate: Pick<OwnGate, 'name' | 'below'>, text: string): GateThresholds =>
  orUsage(() => readOwnThresholds(gate, text));

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
