import type { RunState } from '../../run/index.ts';
import { cleanMessage } from '../redact.ts';
import type { Report } from '../schema.ts';

/** The validation queries of the plan, with what they gave. */
export const validations = (state: RunState, keepLiterals: boolean): Report['validations'] =>
  state.validations.map(({ file, line, kind, sql, result }) => ({
    file,
    line,
    kind,
    sql,
    ok: result?.ok ?? null,
    durationMs: result?.durationMs ?? null,
    columns: result?.columns ?? [],
    rows: result?.rows ?? [],
    more: result?.more ?? false,
    error: result?.error == null ? null : cleanMessage(result.error.message, keepLiterals),
  }));
