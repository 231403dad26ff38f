import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sideBySideLines } from '../../src/run/index.ts';

const lines = (planned: string, found: string, width = 100): string[] =>
  sideBySideLines({ planned, found, differences: [] }, width).map(({ text }) => text);

describe('two definitions side by side', () => {
  test('a caret stands under what the other one does not have', () => {
    expect(lines('CREATE INDEX i ON t USING btree (a, b)', 'CREATE INDEX i ON t USING btree (a DESC)')).toEqual([
      'planned  CREATE INDEX i ON t USING btree (a, b)',
      '                                           ^ ^',
      'there    CREATE INDEX i ON t USING btree (a DESC)',
      '                                            ^^^^',
    ]);
  });

  test('a side that has nothing of its own has no line of marks', () => {
    expect(lines('CREATE INDEX i ON t (a)', "CREATE INDEX i ON t (a) WITH (fillfactor='70')")).toEqual([
      'planned  CREATE INDEX i ON t (a)',
      "there    CREATE INDEX i ON t (a) WITH (fillfactor='70')",
      '                                 ^^^^^^^^^^^^^^^^^^^^^^',
    ]);
  });

  test('a name that differs alone is no difference to be marked', () => {
    expect(lines('CREATE INDEX a ON t USING btree (x)', 'CREATE INDEX "B c" ON t USING btree (x)')).toEqual([
      'planned  CREATE INDEX a ON t USING btree (x)',
      'there    CREATE INDEX "B c" ON t USING btree (x)',
      '         the same apart from the name',
    ]);
    expect(lines('CREATE INDEX a ON t (x)', 'CREATE UNIQUE INDEX b ON t (x)').join()).toContain('^');
  });

  test('in a narrow place each piece has its own marks', () => {
    expect(lines('CREATE INDEX i ON t (first, second)', 'CREATE INDEX i ON t (first, third)', 30)).toEqual([
      'planned  CREATE INDEX i ON t',
      '         (first, second)',
      '                 ^^^^^^',
      'there    CREATE INDEX i ON t',
      '         (first, third)',
      '                 ^^^^^',
    ]);
  });

  test('nothing is lost and nothing is too wide, whatever the texts', () => {
    const word = fc.stringMatching(/^[a-z"(),]{1,40}$/);
    const text = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(text, text, fc.integer({ min: 25, max: 200 }), (planned, found, width) => {
        const all = sideBySideLines({ planned, found, differences: [] }, width);
        expect(all.every((line) => line.text.length <= width)).toBe(true);
        const shown = all.filter(({ caret }) => !caret).map((line) => line.text.slice(9));
        expect(shown.join('').replaceAll(' ', '')).toBe(`${planned}${found}`.replaceAll(' ', ''));
      }),
    );
  });
});
