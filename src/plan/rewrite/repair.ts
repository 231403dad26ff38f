import { addConcurrentlyToDrop } from '../drop-statement.ts';
import { quoteIdent } from '../ident.ts';
import { addConcurrently } from '../index-statement.ts';
import { planOf } from '../plan-of.ts';
import { printable } from '../printable.ts';
import { Reader } from '../reader.ts';
import { addConcurrentlyToReindex } from '../reindex-statement.ts';
import type { Source } from '../source.ts';
import { split } from '../split.ts';
import type { Finding, Include, Plan, PlanOptions, SourceFile } from '../types.ts';
import { nextStart, tailEnd } from './acts.ts';
import type { Act } from './trace.ts';

/** A file before and after its repair; texts without a byte-order mark. */
export interface Repaired {
  path: string;
  before: string;
  after: string;
}

export interface Repair {
  /** The plan as it is. */
  plan: Plan;
  /** The files in which something was to be mended. */
  files: Repaired[];
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** Findings that only a person can mend: they are written over the statement. */
const MARKED: ReadonlySet<string> = new Set([
  'index-twice',
  'name-twice',
  'same-index-twice',
  'name-too-long',
  'default-name',
]);

/**
 * Mends the files of a plan where that can be done for sure: CONCURRENTLY added, lines of transactions removed, statements with a
 * common slip put right. Duplicates and names that do not do are marked with a comment. All else stays byte for byte.
 */
export function repairPlan(files: readonly SourceFile[], include: Include, options: PlanOptions): Repair {
  const reader = new Reader(include, { ...options, makeConcurrent: false }, true);
  const plan = planOf(reader, files, options);
  const { acts } = reader.trace;
  const marks = marksByPlace(plan.findings);
  const edits = new Map<Source, Edit[]>();
  const sessions = new LocalSettings();
  for (const [i, act] of acts.entries()) {
    if (!('start' in act)) continue;
    const list = edits.get(act.source) ?? [];
    edits.set(act.source, list);
    list.push(...editsOf(act, nextStart(acts, i), sessions, marks));
  }
  const mended = [...edits].flatMap(([source, list]): Repaired[] => {
    const after = applied(source.text, list);
    return after === source.text ? [] : [{ path: source.path, before: source.text, after }];
  });
  return { plan, files: mended };
}

type Ranged = Extract<Act, { start: number }>;

function editsOf(act: Ranged, limit: number, sessions: LocalSettings, marks: ReadonlyMap<string, string[]>): Edit[] {
  const { source, start, end } = act;
  const { text } = source;
  if (act.as === 'problem') return act.fix === undefined ? [] : [{ start, end, text: concurrent(act.fix) }];
  if (act.as === 'drop' && act.transaction !== undefined) {
    const resets = sessions.transaction(act.transaction);
    const tail = tailEnd(text, end, limit) ?? end;
    return resets === '' ? [wholeLine(text, start, tail)] : [{ start, end: tail, text: resets }];
  }
  if (act.as !== 'keep') return [];
  const { step } = act;
  if (step.kind === 'set' && step.local) {
    sessions.set(step.setting.name);
    return [{ start, end, text: text.slice(start, end).replace(/^(set)\s+local\b/i, '$1') }];
  }
  const own = text.slice(start, end);
  if (step.kind === 'drop-index' || (step.kind === 'reindex' && !step.concurrently)) {
    const added = step.kind === 'reindex' ? addConcurrentlyToReindex(own) : addConcurrentlyToDrop(own);
    return added === own ? [] : [{ start, end, text: added }];
  }
  if (step.kind !== 'create-index') return [];
  const said = marks.get(`${step.file}:${step.line}:${step.column}`) ?? [];
  const indent = /[ \t]*$/.exec(text.slice(Math.max(0, start - 200), start))?.[0] ?? '';
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const comment = said.map((line) => `-- indexdeck: ${line}${newline}${indent}`).join('');
  const added = step.concurrently || step.only ? own : addConcurrently(own);
  return comment === '' && added === own ? [] : [{ start, end, text: comment + added }];
}

/** Every CREATE INDEX of a text with CONCURRENTLY. */
function concurrent(sql: string): string {
  const statements = [...split(sql)].filter((piece) => piece.type === 'statement');
  return statements.map((piece) => addConcurrently(piece.sql)).join(';\n');
}

/** What SET LOCAL set ends with the transaction that is removed, and so has to be reset there. */
class LocalSettings {
  private readonly names = new Set<string>();

  set(name: string): void {
    this.names.add(name);
  }

  transaction(word: 'begin' | 'commit'): string {
    if (word === 'begin') return '';
    const resets = [...this.names].map((name) => `RESET ${name.split('.').map(quoteIdent).join('.')};`);
    this.names.clear();
    return resets.join(' ');
  }
}

function marksByPlace(findings: readonly Finding[]): Map<string, string[]> {
  const marks = new Map<string, string[]>();
  for (const { code, what, advice, place } of findings) {
    if (!MARKED.has(code) || place === undefined) continue;
    const key = `${place.file}:${place.line}:${place.column}`;
    marks.set(key, [...(marks.get(key) ?? []), printable(`${what}. ${advice}`).trim()]);
  }
  return marks;
}

/** The removal of a piece, with its line where nothing else is on it. */
function wholeLine(text: string, start: number, end: number): Edit {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  const to = newline < 0 ? text.length : newline + 1;
  const alone = text.slice(from, start).trim() === '' && text.slice(end, to).trim() === '';
  return alone ? { start: from, end: to, text: '' } : { start, end, text: '' };
}

function applied(text: string, edits: readonly Edit[]): string {
  let out = '';
  let at = 0;
  for (const edit of edits) {
    out += text.slice(at, edit.start) + edit.text;
    at = Math.max(at, edit.end);
  }
  return out + text.slice(at);
}
