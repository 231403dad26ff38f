import prettyBytes from 'pretty-bytes';

/** 00:01:12, as on a clock: hours, minutes, seconds. Anything below zero is 00:00:00. */
export const clockTime = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
};

/** 0.07 s, 12.3 s, and from a minute on 00:01:12. */
export const duration = (ms: number): string => {
  if (ms >= 60_000) return clockTime(ms);
  const seconds = Math.max(0, ms) / 1000;
  return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
};

/** 48 MB, 1.2 GB: powers of 1024 with the names PostgreSQL's own pg_size_pretty uses. */
export const bytes = (count: number): string =>
  prettyBytes(count, { binary: true, maximumFractionDigits: 1 })
    .replace('KiB', 'kB')
    .replace(/([MGTP])iB/, '$1B');
