import type { RunEvent } from '../../run/index.ts';

const BEYOND_ASCII = /[\u0080-\uffff]/g;

/**
 * An event's JSON as its journal has it. A database of another encoding than UTF8 would refuse a character that it does
 * not have: there all beyond ASCII is escaped, which is the same JSON.
 */
export const eventText = (event: RunEvent, utf8: boolean): string => {
  const text = JSON.stringify(event);
  return utf8 ? text : text.replace(BEYOND_ASCII, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
};
