export type { Actor, Command } from './commands.ts';
export { evolve, initialState, replay } from './evolve.ts';
export type * from './events.ts';
export { describeEvent } from './describe.ts';
export { type GateLevel, type GateName, GATE_NAMES, type GateThresholds } from './gates/types.ts';
export type { ClientMessage, EngineMessage } from './protocol.ts';
export type * from './samples.ts';
export type * from './state.ts';
