import type { RunEvent } from './events.ts';

/** Whether something read from outside is an event: as much of it as numbering and dispatch rely on. */
export const isEvent = (value: unknown): value is RunEvent =>
  typeof value === 'object' &&
  value !== null &&
  'seq' in value &&
  typeof value.seq === 'number' &&
  'type' in value &&
  typeof value.type === 'string' &&
  'at' in value &&
  typeof value.at === 'string';
