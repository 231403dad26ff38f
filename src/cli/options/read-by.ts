import { z } from 'zod';
import { UsageError } from '../errors.ts';

/** A value read by the same function as the flag's, its error at the value's own line. */
export const readBy = <T>(parse: (text: string) => T) =>
  z.union([z.string(), z.number()]).transform((value, context) => {
    try {
      return parse(String(value));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
