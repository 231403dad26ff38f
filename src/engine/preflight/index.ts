export { blockedByPooler } from './blocked-by-pooler.ts';
export { ENGINE_LOCK, engineLockKey } from './engine-lock.ts';
export type { Facts, Rule } from './facts.ts';
export { identifierOf } from './gather.ts';
export { Memory } from './memory.ts';
export { detectPooling, type Pooling } from './pooling.ts';
export { judge, type PreflightInput, runPreflight } from './run-preflight.ts';
