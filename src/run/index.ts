export type { Actor, Command } from './commands.ts';
export { describeEvent } from './describe.ts';
export type * from './events.ts';
export { evolve, initialState, replay } from './evolve.ts';
export { GATE_NAMES, type GateLevel, type GateName, type GateThresholds } from './gates/types.ts';
export type { ClientMessage, EngineMessage } from './protocol.ts';
export type * from './samples.ts';
export type * from './state.ts';
