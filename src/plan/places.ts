import type { Place } from './types.ts';

/** `line 3`, `lines 3, 9 and 12`, with the files' names when there are several. */
export function linesOf(places: readonly Place[]): string {
  const several = new Set(places.map(({ file }) => file)).size > 1;
  const texts = places.map(({ file, line }) => (several ? `${file}:${line}` : String(line)));
  const last = texts.pop() ?? '';
  return texts.length === 0 ? `line ${last}` : `lines ${texts.join(', ')} and ${last}`;
}
