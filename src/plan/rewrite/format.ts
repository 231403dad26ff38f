import { addConcurrentlyToDrop } from '../drop-statement.ts';
import { addConcurrently } from '../index-statement.ts';
import { lexemeAt } from '../lexer.ts';
import { addConcurrentlyToReindex } from '../reindex-statement.ts';
import type { Headed } from '../sections.ts';
import type { Source } from '../source.ts';
import { nextStart, tailEnd } from './acts.ts';
import { headingComment } from './heading-comment.ts';
import type { Act } from './trace.ts';

type Kept = Extract<Act, { as: 'keep' }>;

/** Where in a file the writer is, while what it includes is written. */
interface Position {
  source: Source;
  at: number;
}

/**
 * Writes a plan back as one script: its statements and comments as and where they were, without what was left out, with
 * headings where a file's name or a tool's mark was one. `unshown`: a file's name that was none.
 */
export function writeBack(acts: readonly Act[], unshown: Headed | null): string {
  return new Writer(unshown).write(acts);
}

/** Text as it is, or space, which may be joined with the space beside it. */
interface Part {
  space: boolean;
  text: string;
}

class Writer {
  private readonly parts: Part[] = [];
  private readonly open: Position[] = [];
  /** The heading that a reader of what is written so far has in force. */
  private headed: Headed | null;
  private headings = 0;
  /** Where BEGIN goes if SET LOCAL follows; null outside of a transaction. */
  private begin: Part | null = null;

  constructor(unshown: Headed | null) {
    this.headed = unshown;
  }

  write(acts: readonly Act[]): string {
    for (const [i, act] of acts.entries()) this.act(act, nextStart(acts, i));
    return `${joined(this.parts).trim()}\n`;
  }

  private act(act: Act, limit: number): void {
    switch (act.as) {
      case 'file':
        this.blankLine();
        this.open.push({ source: act.source, at: 0 });
        return;
      case 'file-ends':
        this.gap(act.source.text.length);
        this.open.pop();
        this.blankLine();
        return;
      case 'heading':
        if (act.shown) this.headed = act.headed;
        else if (act.headed !== this.headed) this.heading(act.headed, []);
        return;
      case 'comment':
        this.gap(act.start);
        // Behind something that was left out it would stand for itself, and could be read as a heading.
        if (act.ownLine || this.lineHasText()) this.text(act.source.text.slice(act.start, act.end));
        this.moveTo(act.end);
        return;
      case 'problem':
        return;
      case 'drop':
        this.gap(act.start);
        if (act.transaction !== undefined) this.transaction(act.transaction);
        this.moveTo(tailEnd(act.source.text, act.end, limit) ?? act.end);
        return;
      case 'keep':
        this.gap(act.start);
        this.keep(act, limit);
    }
  }

  private keep({ source, end, text, step, headed }: Kept, limit: number): void {
    const inSection = step.kind !== 'set' && step.kind !== 'select' && step.kind !== 'explain';
    if (inSection && headed !== this.headed) this.heading(headed, headed.notes);
    if (step.kind === 'set' && step.local && this.begin !== null) this.begin.text = 'BEGIN;';
    const added = concurrent(text, step);
    const tail = tailEnd(source.text, end, limit);
    this.text(added + (tail === null ? ';' : source.text.slice(end, tail)));
    this.moveTo(tail ?? end);
  }

  /** BEGIN and COMMIT stay only where a SET LOCAL needs them. */
  private transaction(word: 'begin' | 'commit'): void {
    if (word === 'begin') {
      this.begin ??= this.text('');
      return;
    }
    if (this.begin !== null && this.begin.text !== '') this.text('COMMIT;');
    this.begin = null;
  }

  private heading(headed: Headed, notes: readonly string[]): void {
    this.headings++;
    this.blankLine();
    this.text(headingComment(headed, this.headings, notes));
    this.blankLine();
    this.headed = headed;
  }

  private text(text: string): Part {
    const part = { space: false, text };
    this.parts.push(part);
    return part;
  }

  private lineHasText(): boolean {
    const last = this.parts.findLast(({ space, text }) => (space ? text.includes('\n') : text !== ''));
    return last !== undefined && !last.space;
  }

  private blankLine(): void {
    this.parts.push({ space: true, text: '\n\n' });
  }

  private moveTo(at: number): void {
    const position = this.open.at(-1);
    if (position !== undefined) position.at = at;
  }

  /** What stands between two pieces: space, loose semicolons, which go, and comments at the end of an unclosed statement. */
  private gap(to: number): void {
    const position = this.open.at(-1);
    if (position === undefined) return;
    const { text } = position.source;
    for (let at = position.at; at < to; ) {
      const { kind, end } = lexemeAt(text, at);
      const part = text.slice(at, Math.min(end, to));
      if (kind !== 'semicolon') this.parts.push({ space: kind === 'space', text: part });
      at = end;
    }
    position.at = Math.max(position.at, to);
  }
}

/** The step's text with the CONCURRENTLY that --make-concurrent adds. */
function concurrent(text: string, step: Kept['step']): string {
  if (step.kind === 'create-index' && step.madeConcurrent) return addConcurrently(text);
  if (step.kind === 'reindex' && step.madeConcurrent) return addConcurrentlyToReindex(text);
  return step.kind === 'drop-index' && step.madeConcurrent ? addConcurrentlyToDrop(text) : text;
}

/** The parts as one text, with no more than one empty line in a row. */
function joined(parts: readonly Part[]): string {
  let out = '';
  let space = '';
  for (const part of parts) {
    if (part.space) space += part.text;
    if (part.space || part.text === '') continue;
    out += collapsed(space) + part.text;
    space = '';
  }
  return out;
}

function collapsed(space: string): string {
  const lines = space.split('\n');
  if (lines.length < 3) return space;
  const end = space.includes('\r\n') ? '\r\n' : '\n';
  return end + end + (lines.at(-1) ?? '');
}
