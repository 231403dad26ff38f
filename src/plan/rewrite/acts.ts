import { lexemeAt } from '../lexer.ts';
import type { Act } from './trace.ts';

/** Where the next piece of the same file begins. */
export function nextStart(acts: readonly Act[], i: number): number {
  for (let n = i + 1; n < acts.length; n++) {
    const act = acts[n];
    if (act === undefined || act.as === 'file' || act.as === 'file-ends') return Infinity;
    if ('start' in act) return act.start;
  }
  return Infinity;
}

/** The end of the semicolon that closes a statement, past comments before it; null when there is none before `limit`. */
export function tailEnd(text: string, from: number, limit: number): number | null {
  for (let at = from; at < text.length && at < limit; ) {
    const { kind, end } = lexemeAt(text, at);
    if (kind === 'semicolon') return end;
    if (kind !== 'space' && kind !== 'line-comment' && kind !== 'block-comment') return null;
    at = end;
  }
  return null;
}
