import { describe, expect, it } from 'vitest';
import { type Finding, type RunEvent, replay } from '../../../src/run/index.ts';
import { checkDetails } from '../../../src/ui/model/check-details.ts';
import { checkedItem, checkItems, movedTo } from '../../../src/ui/model/checklist.ts';
import { checklistRows } from '../../../src/ui/model/checklist-rows.ts';
import { rowText } from '../../../src/ui/model/row.ts';
import { preflightSeq } from '../../../src/ui/model/ui-state.ts';
import { BLOCKING, FINDINGS, Story } from '../../support/ui-events.ts';
import { stateOf } from '../../support/ui-press.ts';

const OLD = 'old-transaction';
const without = (code: string): Finding[] => FINDINGS.filter((finding) => finding.code !== code);
const blocked = (): Story => new Story().start().preflight([...FINDINGS, BLOCKING]);

const items = (story: Story, laterMs = 0) =>
  checkItems(stateOf(story), story.at + laterMs).map(
    ({ key, group, mark }) => `${group} ${key}${mark ? ` ${mark}` : ''}`,
  );

const drawn = (story: Story, height = 40, cursor: string | null = null, looked: string | null = null, laterMs = 0) => {
  const input = { state: stateOf(story), now: story.at + laterMs, looked, cursor, focused: true };
  const { rows, above, below } = checklistRows(input, 80, height);
  return { text: rows.map((line) => rowText(line).trimEnd()).join('\n'), rows, above, below };
};

describe('the checklist', () => {
  it('has the worst first', () => {
    expect(items(blocked())).toEqual([
      'blocks no-table',
      'warning old-transaction',
      'note equal',
      'ok reachable',
      'ok version',
    ]);
  });

  it('keeps what was cleared in its place, green, for a while', () => {
    const story = blocked().looksAgain(FINDINGS);
    expect(items(story)[0]).toBe('blocks no-table cleared');
    const { text, rows } = drawn(story, 40, null, null, 5_000);
    expect(text).toContain('BLOCKS: nothing can be built before this is dealt with (0, 1 cleared)');
    const line = rows.find((each) => rowText(each).includes('no-table'));
    expect(line?.[0]).toMatchObject({ text: expect.stringContaining('✓'), tone: 'ok' });
    expect(text).toContain('cleared 5s ago');
    expect(items(story, 11 * 60_000)).toEqual(items(new Story().start().preflight(FINDINGS)));
  });

  it('marks what is new, and forgets that it was cleared when it is back', () => {
    const story = blocked()
      .looksAgain(FINDINGS)
      .looksAgain([...FINDINGS, BLOCKING]);
    expect(items(story)[0]).toBe('blocks no-table new');
    expect(items(story, 61_000)[0]).toBe('blocks no-table');
    expect(items(story)).toHaveLength(5);
  });

  it('shows one that is in order now once: as cleared', () => {
    const fine: Finding = { level: 'ok', code: OLD, what: 'none is old', why: '', advice: '' };
    const story = blocked().looksAgain([...without(OLD), fine, BLOCKING]);
    expect(items(story).filter((item) => item.includes(OLD))).toEqual([`warning ${OLD} cleared`]);
  });

  it('keeps the cursor on its finding from look to look', () => {
    const story = blocked();
    const cursor = movedTo(checkItems(stateOf(story), story.at), null, 1);
    expect(cursor).toBe(OLD);
    const aged = FINDINGS.map((each) => (each.code === OLD ? { ...each, what: 'it is older now' } : each));
    story.looksAgain(aged);
    expect(checkedItem(checkItems(stateOf(story), story.at), cursor)).toMatchObject({
      finding: { what: 'it is older now' },
    });
    story.looksAgain(without(OLD));
    expect(checkedItem(checkItems(stateOf(story), story.at), cursor)).toMatchObject({ key: OLD, mark: 'cleared' });
    // And when that, too, is over, there is always a line that it is on.
    expect(checkedItem(checkItems(stateOf(story), story.at + 3_600_000), cursor)?.key).toBe('equal');
  });

  it('goes no further than its ends', () => {
    const all = checkItems(stateOf(blocked()), 0);
    expect(movedTo(all, null, -1_000_000)).toBe('no-table');
    expect(movedTo(all, null, 1_000_000)).toBe('version');
    expect(movedTo([], null, 1)).toBeNull();
  });

  it('is the same to whoever comes late: all of it is made of events', () => {
    const story = blocked().looksAgain(FINDINGS);
    const late = replay(JSON.parse(JSON.stringify(story.events)) as RunEvent[]);
    expect(late).toEqual(stateOf(story));
    expect(late && checkItems(late, story.at)).toEqual(checkItems(stateOf(story), story.at));
  });

  it('says what is to be built first, and when it was looked at', () => {
    const story = blocked();
    const { text } = drawn(story, 40, null, new Date(story.at + 20_000).toISOString(), 24_000);
    expect(text.split('\n').slice(0, 5)).toEqual([
      ' plan.sql',
      ' builds 34 indexes on 19 tables in 7 sections, up to 2 at a time',
      '        not known what is there already',
      ' takes  time not known, size not known',
      ' finds  1 blocking, 1 warning, 1 note, 2 in order',
    ]);
    expect(text).toContain('looked at 4s ago');
    expect(text).toContain('do:  Run the migration that creates it');
  });

  it('says that what is shown is of before when a look came to nothing', () => {
    const story = blocked().add({
      type: 'look.failed',
      error: { sqlstate: null, message: 'the connection is lost', detail: null, hint: null, context: null },
    });
    expect(drawn(story).text).toMatch(/! not seen since \d\d:\d\d:\d\d UTC: the connection is lost/);
  });

  it.each([1, 2, 3, 5, 8, 14])('keeps the finding under the cursor in sight in %i rows', (height) => {
    const many = Array.from(
      { length: 40 },
      (_, n): Finding => ({ ...BLOCKING, subject: `t${n}`, what: `table ${n}.` }),
    );
    const story = new Story().start().preflight(many);
    for (const at of [0, 7, 38, 39]) {
      const { text, rows, above, below } = drawn(story, height, `no-table t${at}`);
      expect(rows).toHaveLength(height);
      expect(above + below + height).toBeGreaterThan(40);
      if (at < 39) expect(text).toContain(`table ${at}.`);
    }
  });

  it('opens a finding as text: why, what to do, place, statement, and whether it can be waived', () => {
    const story = blocked();
    const state = stateOf(story);
    const step = state.steps[3];
    if (step?.step.kind !== 'create-index') throw new Error('no index');
    const { file, line, column, name, buildSql } = step.step;
    const finding: Finding = { ...BLOCKING, index: name, place: { file, line, column } };
    const looked = stateOf(new Story().start().preflight([finding]));
    const [item] = checkItems(looked, story.at);
    if (item === undefined) throw new Error('no item');
    expect(checkDetails(looked, item)).toEqual([
      finding.what,
      `why: ${finding.why}`,
      `what to do: ${finding.advice}`,
      `place in the plan: ${file}, line ${line}, section ${step.section + 1} ${state.sections[step.section]?.title}`,
      `statement: ${buildSql}`,
      'blocks',
      'cannot be waived: The server would refuse the statement.',
    ]);
  });

  it('shows definitions side by side with marks, and values of the data, under the cursor and as text', () => {
    const finding: Finding = {
      ...BLOCKING,
      compare: { planned: 'CREATE INDEX i ON t (a, b)', found: 'CREATE INDEX i ON t (a, c)', differences: [] },
      examples: ['(a) = (1) in 2 rows'],
    };
    const story = new Story().start().preflight([finding]);
    const { text } = drawn(story, 30);
    expect(text).toContain('     planned  CREATE INDEX i ON t (a, b)');
    expect(text).toContain('                                      ^');
    expect(text).toContain('     there    CREATE INDEX i ON t (a, c)');
    expect(text).toContain('     (a) = (1) in 2 rows');
    const [item] = checkItems(stateOf(story), story.at);
    if (item === undefined) throw new Error('no item');
    expect(checkDetails(stateOf(story), item).slice(1, 4)).toEqual([
      `planned: ${finding.compare?.planned}`,
      `there: ${finding.compare?.found}`,
      '(a) = (1) in 2 rows',
    ]);
  });

  it('makes a question void for what is new, and not for what went or grew older', () => {
    const story = blocked();
    const asked = preflightSeq(story.events);
    expect(preflightSeq(story.looksAgain(FINDINGS).events)).toBe(asked);
    expect(preflightSeq(story.looksAgain([...FINDINGS, BLOCKING]).events)).toBeGreaterThan(asked);
  });
});
