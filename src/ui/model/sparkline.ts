import { SPARKS } from '../theme.ts';

/** What one column of a curve stands for, in milliseconds. */
export const BUCKET_MS = 10_000;

export interface Point {
  at: number;
  value: number | null;
}

/**
 * The last minutes as a curve `width` columns wide, the newest at the right: each column is the most of ten seconds.
 * Columns begin at fixed times, so that the curve moves once in ten seconds and not with every reading. `full` is what a
 * full column stands for at least. Nothing known is a space.
 */
export const sparkline = (points: readonly Point[], width: number, full: number): string => {
  if (width < 1) return '';
  const newest = points.at(-1);
  if (newest === undefined) return ' '.repeat(width);
  const last = Math.floor(newest.at / BUCKET_MS);
  const most: (number | null)[] = Array.from({ length: width }, () => null);
  for (const { at, value } of points) {
    const column = width - 1 - (last - Math.floor(at / BUCKET_MS));
    if (value === null || column < 0 || column >= width) continue;
    most[column] = Math.max(most[column] ?? 0, value);
  }
  const top = Math.max(full, ...most.map((value) => value ?? 0));
  return most
    .map((value) => {
      if (value === null) return ' ';
      const step = top <= 0 ? 0 : Math.round((value / top) * (SPARKS.length - 1));
      return SPARKS[Math.max(0, Math.min(SPARKS.length - 1, step))] ?? ' ';
    })
    .join('');
};
