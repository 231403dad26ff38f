import type { Place, Plan } from '../../src/plan/index.ts';
import { scan, TOKEN } from '../../src/plan/parser.ts';

/** Every place at which the plan says what becomes of a statement, as `line:column`. */
export function accounted(plan: Plan, file: string): Map<string, number> {
  const places = [
    ...plan.sections.flatMap(({ steps }) => steps),
    ...plan.validations,
    ...plan.leftOut,
    ...plan.problems,
  ].filter((place) => place.file === file);
  const counts = new Map<string, number>();
  for (const place of places) counts.set(at(place), (counts.get(at(place)) ?? 0) + 1);
  return counts;
}

const at = ({ line, column }: Pick<Place, 'line' | 'column'>): string => `${line}:${column}`;

/** Line and column of an offset, counted in the plainest way. */
export function placeIn(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return at({ line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1 });
}

export interface Scanned {
  /** Where the first token of each statement stands: of what is between semicolons. */
  starts: number[];
  /** Where every token begins that is no comment. */
  tokens: Set<number>;
}

/** What PostgreSQL's own scanner makes of a text; null when it cannot. */
export function scanned(text: string): Scanned | null {
  const result = scan(text);
  if (!result.ok) return null;
  const starts: number[] = [];
  const tokens = new Set<number>();
  let fresh = true;
  for (const { start, text: token, type } of result.tokens) {
    if (type === TOKEN.lineComment || type === TOKEN.blockComment) continue;
    tokens.add(start);
    if (token === ';') {
      fresh = true;
    } else if (fresh) {
      starts.push(start);
      fresh = false;
    }
  }
  return { starts, tokens };
}
