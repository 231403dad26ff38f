import type { CodeAt, FindingCode, LevelOf } from '../../plan/findings/index.ts';
import type { CreateIndexStep, Finding, Place } from '../../plan/types.ts';

/** What a rule says, in sentences: what was found, why it matters, what to do. */
export interface Said {
  what: string;
  why: string;
  advice: string;
  /** What tells it from others of its code, the same from look to look: `pid 12`, a table. */
  subject?: string;
}

const about = (create: CreateIndexStep | null): { place?: Place; index?: string } => {
  if (create === null) return {};
  const { file, line, column, name } = create;
  return { place: { file, line, column }, index: name };
};

/** A finding, at a level that its code is known to come at; with `create`, one about that statement of the plan. */
export const finding = <C extends FindingCode>(
  level: Exclude<LevelOf<C>, 'ok'>,
  code: C,
  said: Said,
  create: CreateIndexStep | null = null,
): Finding => ({ level, code, ...said, ...about(create) });

/** Something that was looked at and is as it should be. */
export const ok = (code: CodeAt<'ok'>, what: string): Finding => ({ level: 'ok', code, what, why: '', advice: '' });

/** `1 index`, `3 indexes`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** A list in a sentence, cut when it is long. */
export const list = (items: readonly string[], most = 10): string =>
  items.length <= most ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
