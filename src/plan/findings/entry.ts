import type { Level } from '../types.ts';

/** Whether `--ignore CODE` takes a block away, and why, or why not: a sentence each. */
export type Waiver = { may: true; then: string } | { may: false; because: string };

interface Explained {
  /** What it says, and when. */
  what: string;
  why: string;
  /** How to be rid of it. */
  fix: string;
}

/**
 * What is to be known of one code of a finding: the page about findings is made of these, and `--ignore` goes by them. The
 * levels that it comes at, the worst first; one that can block says whether it can be waived.
 */
export type CodeEntry =
  | (Explained & { levels: readonly ['blocks', ...Level[]]; waiver: Waiver })
  | (Explained & { levels: readonly ['warning' | 'note', ...Exclude<Level, 'blocks'>[]]; waiver?: never })
  /** It only says that something is as it should be. */
  | { levels: readonly ['ok']; what: string; why?: never; fix?: never; waiver?: never };

/** A group of codes that stand under one heading of the page. */
export interface CodeGroup {
  title: string;
  codes: Readonly<Record<string, CodeEntry>>;
}

/** Keeps the names and levels of the codes for the compiler. */
export const group = <const G extends CodeGroup>(entries: G): G => entries;

export const waivable = (then: string): Waiver => ({ may: true, then });
export const never = (because: string): Waiver => ({ may: false, because });
