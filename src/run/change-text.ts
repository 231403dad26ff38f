import type { Command } from './commands.ts';
import { readGateThresholds, readOwnThresholds, Unreadable } from './gates/parse.ts';
import { GATE_NAMES, isBuiltIn } from './gates/types.ts';
import { parseDuration } from './gates/units.ts';
import type { RunState } from './state.ts';

/** What can be changed while a run goes on, as it is written. */
export const CHANGES = 'jobs=2, delay=30s, or GATE=WARN,PAUSE,ABORT, such as lock-waiters=1,20,-';

/**
 * Reads NAME=VALUE as an order: `jobs`, `delay`, `pause` (with its end), or a gate of this run with its thresholds. Throws Unreadable with a
 * sentence for who wrote it.
 */
export const readChange = (text: string, { options }: Pick<RunState, 'options'>): Command => {
  const at = text.indexOf('=');
  if (at === -1) throw new Unreadable(`${JSON.stringify(text)} is not of the form NAME=VALUE: ${CHANGES}`);
  const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (name === 'jobs') {
    if (!/^\d{1,3}$/.test(value)) throw new Unreadable(`jobs takes a number, not ${JSON.stringify(value)}`);
    return { type: 'set-jobs', jobs: Number(value) };
  }
  if (name === 'delay') {
    const delayMs = parseDuration(value);
    if (delayMs === null) throw new Unreadable(`delay takes a time, such as 30s, not ${JSON.stringify(value)}`);
    return { type: 'set-delay', delayMs: Math.round(delayMs) };
  }
  if (name === 'pause') {
    const forMs = parseDuration(value);
    if (forMs === null || forMs <= 0)
      throw new Unreadable(`pause takes the time after which it ends, such as 10m, not ${JSON.stringify(value)}`);
    return { type: 'pause', forMs: Math.round(forMs) };
  }
  if (isBuiltIn(name)) return { type: 'set-gate', gate: name, thresholds: readGateThresholds(name, value) };
  const own = (options.ownGates ?? []).find((gate) => gate.name === name);
  if (own !== undefined) return { type: 'set-gate', gate: name, thresholds: readOwnThresholds(own, value) };
  const known = ['jobs', 'delay', ...GATE_NAMES, ...(options.ownGates ?? []).map((gate) => gate.name)].join(', ');
  throw new Unreadable(`there is no ${JSON.stringify(name)} to be set: ${known}`);
};
