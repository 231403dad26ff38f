import { z } from 'zod';

/** A clock of the server that was set back must not make a duration negative. */
export const seconds = z.number().transform((value) => Math.max(0, value));

/** A server session as the monitor's queries give it. Its texts come from whoever is connected. */
export const backendRow = z.object({
  /** 0: a prepared transaction, which has no backend. */
  pid: z.int(),
  backendStart: z.string().nullable(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  client: z.string().nullable(),
  state: z.string().nullable(),
  query: z.string().nullable(),
});

/** Together with `pid`, `backendStart` (ISO, UTC, with microseconds) names one backend for good. */
export interface BackendPin {
  pid: number;
  backendStart: string;
}
