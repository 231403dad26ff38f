import { bytes } from '../format.ts';
import { GATE_UNITS } from './defaults.ts';
import { type GateThresholds, isBuiltIn } from './types.ts';

const valueText = (gate: string, value: number): string => {
  if (!isBuiltIn(gate)) return String(value);
  switch (GATE_UNITS[gate]) {
    case 'percent':
      return `${value}%`;
    case 'times the baseline':
      return `${value}x`;
    case 'seconds':
      return value >= 60 && value % 60 === 0 ? `${value / 60}min` : `${value}s`;
    case 'bytes':
      return bytes(value).replace(' ', '');
    default:
      return String(value);
  }
};

/** Thresholds as they are written on the command line: WARN,PAUSE,ABORT, a dash for one that is left out. */
export const thresholdsText = (gate: string, { warn, pause, abort }: GateThresholds): string =>
  [warn, pause, abort].map((value) => (value === null ? '-' : valueText(gate, value))).join(',');
