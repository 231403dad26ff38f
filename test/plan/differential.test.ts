import { parseSync } from 'libpg-query';
import { expect, test } from 'vitest';
import { lexemeAt } from '../../src/plan/lexer.ts';
import { canonical } from '../../src/plan/tree.ts';
import { accounted, placeIn } from './accounted.ts';
import { corpus, readSample, type Sample } from './corpus.ts';

interface ServerStatement {
  offset: number;
  tree: string;
}

/** PostgreSQL's own parse of the whole file, each statement with where its first token stands; null when it cannot read it. */
function serverStatements(text: string): ServerStatement[] | null {
  let parsed: { stmts?: { stmt?: unknown; stmt_location?: number }[] };
  try {
    parsed = parseSync(text) as typeof parsed;
  } catch {
    return null;
  }
  const bytes = Buffer.from(text);
  return (parsed.stmts ?? []).map(({ stmt, stmt_location = 0 }) => ({
    offset: firstToken(text, bytes.subarray(0, stmt_location).toString().length),
    tree: canonical(stmt),
  }));
}

function firstToken(text: string, from: number): number {
  let at = from;
  for (let next = lexemeAt(text, at); /space|comment/.test(next.kind); next = lexemeAt(text, at)) at = next.end;
  return at;
}

/** Null when the file is no text that PostgreSQL could read. */
const textOf = ({ bytes }: Sample): string | null => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
};

test('every statement of PostgreSQL’s own parse is a step of the same parse, left out, or a problem', () => {
  let files = 0;
  let steps = 0;
  for (const sample of corpus) {
    const text = textOf(sample);
    const server = text === null ? null : serverStatements(text);
    if (text === null || server === null) continue;
    files++;
    for (const [onlyIndexes, allowDrops] of [
      [false, false],
      [true, false],
      [true, true],
    ]) {
      const plan = readSample(sample, sample.bytes, onlyIndexes, allowDrops);
      const said = accounted(plan, sample.path);
      const made = [...plan.sections.flatMap((section) => section.steps), ...plan.validations];
      for (const { offset, tree } of server) {
        const place = placeIn(text, offset);
        expect({ path: sample.path, place, said: said.has(place) }).toEqual({ path: sample.path, place, said: true });
        const step = made.find(({ line, column }) => `${line}:${column}` === place);
        if (step === undefined) continue;
        steps++;
        expect(canonical(parseSync(step.sql).stmts?.[0]?.stmt)).toBe(tree);
      }
      const places = server.map(({ offset }) => placeIn(text, offset));
      for (const { line, column } of made) expect(places).toContain(`${line}:${column}`);
    }
  }
  expect(files).toBeGreaterThan(70);
  expect(steps).toBeGreaterThan(150);
});
