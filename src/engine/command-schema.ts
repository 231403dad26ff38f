import { z } from 'zod';

const threshold = z.number().nullable();

/** A command as it comes from outside: over the control socket or from the ledger. */
export const command = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('go'),
    replaceInvalid: z.array(z.int()),
    confirm: z.string().nullable(),
    drops: z.array(z.int()).optional(),
  }),
  z.object({ type: z.literal('recheck') }),
  z.object({
    type: z.literal('pause'),
    reason: z.string().max(500).optional(),
    forMs: z.int().positive().max(86_400_000).optional(),
  }),
  z.object({ type: z.literal('continue') }),
  z.object({ type: z.literal('abort'), reason: z.string().max(500).optional() }),
  z.object({ type: z.literal('skip'), step: z.int() }),
  z.object({ type: z.literal('retry'), step: z.int() }),
  z.object({ type: z.literal('cancel-build'), step: z.int() }),
  z.object({ type: z.literal('set-jobs'), jobs: z.int() }),
  z.object({ type: z.literal('set-delay'), delayMs: z.int() }),
  z.object({
    type: z.literal('set-gate'),
    gate: z.string().max(200),
    thresholds: z.object({ warn: threshold, pause: threshold, abort: threshold }),
  }),
  z.object({
    type: z.literal('end-session'),
    pid: z.int().positive(),
    backendStart: z.iso.datetime(),
    who: z.string().max(200),
    confirm: z.string(),
  }),
  z.object({ type: z.literal('take-over') }),
  z.object({
    type: z.literal('asking'),
    question: z
      .enum(['go', 'abort', 'rollback', 'restore', 'skip', 'cancel-build', 'end-session', 'take-over', 'leave'])
      .nullable(),
  }),
  z.object({ type: z.literal('survey') }),
  z.object({
    type: z.literal('roll-back'),
    oids: z.array(z.int()),
    all: z.boolean(),
    confirm: z.string(),
    probe: z.boolean().optional(),
  }),
]);
