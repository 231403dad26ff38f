const rounded = (value: unknown): unknown => {
  if (typeof value === 'number') return Math.round(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rounded(each)]));
};

/** For JSON.stringify: estimates are means of parts of bytes, and nobody has a part of one. Ranges are rounded at each end. */
export const wholeBytes = (key: string, value: unknown): unknown => (/bytes$/i.test(key) ? rounded(value) : value);
