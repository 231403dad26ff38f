import type { Key } from 'ink';
import type { Stroke } from './keymap.ts';

/** What came from the keyboard: one key, several characters at once, or nothing that counts. */
export type Typed = { kind: 'stroke'; stroke: Stroke } | { kind: 'text'; text: string } | { kind: 'nothing' };

const NOTHING: Typed = { kind: 'nothing' };

const named = (key: Key): Stroke | null => {
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.pageUp) return 'page-up';
  if (key.pageDown) return 'page-down';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'enter';
  if (key.tab) return key.shift ? 'shift-tab' : 'tab';
  if (key.backspace || key.delete) return 'backspace';
  if (key.escape) return 'escape';
  return null;
};

/** One event of Ink as one key. More than one character is text, and never a key. */
export const readKey = (input: string, key: Key): Typed => {
  if (key.eventType === 'release') return NOTHING;
  const name = named(key);
  if (name !== null) return key.meta && name !== 'escape' ? NOTHING : { kind: 'stroke', stroke: name };
  if (input.length === 0) return NOTHING;
  if (input.length !== 1) return { kind: 'text', text: input };
  // Escape and a letter in one go is Alt and the letter, or the pieces of something else: never the letter alone.
  if (key.meta || key.super || key.hyper) return NOTHING;
  if (key.ctrl) return { kind: 'stroke', stroke: `ctrl-${input}` };
  if (input === ' ') return { kind: 'stroke', stroke: 'space' };
  return /[\x00-\x1f\x7f]/.test(input) ? NOTHING : { kind: 'stroke', stroke: input };
};

/** How long after an Escape its missing rest may still arrive. */
const TAIL_MS = 2000;

/**
 * Over a slow link an arrow key can arrive in pieces: Escape, `[`, and then an `A` that looks like a key. The guard
 * takes the pieces for what they are. `[` alone is never a key here, and `O` is one only when no Escape was before it.
 */
export const makeSplitGuard = (clock: () => number) => {
  let escapeAt: number | null = null;
  let tailSince: number | null = null;
  const recent = (at: number | null): boolean => at !== null && clock() - at < TAIL_MS;
  const begins = (input: string, key: Key, inField: boolean): boolean => {
    if (/^\[[\d;]*$/.test(input)) return !inField || recent(escapeAt);
    return input === 'O' && (recent(escapeAt) || key.meta);
  };
  /** `inField`: text is being typed, in which `[` is a character like any other. */
  return (typed: Typed, input: string, key: Key, inField: boolean): Typed => {
    if (recent(tailSince)) {
      tailSince = /^[\d;]+$/.test(input) ? clock() : null;
      if (typed.kind === 'stroke' && typed.stroke.length === 1) return NOTHING;
      if (typed.kind === 'text' && /^[\d;]*[A-Za-z~]?$/.test(typed.text)) return NOTHING;
    }
    if (begins(input, key, inField)) {
      tailSince = clock();
      escapeAt = null;
      return NOTHING;
    }
    const rest = recent(escapeAt) && /^[[O][\d;]*[A-Za-z~]$/.test(input);
    escapeAt = typed.kind === 'stroke' && typed.stroke === 'escape' ? clock() : null;
    return rest ? NOTHING : typed;
  };
};
