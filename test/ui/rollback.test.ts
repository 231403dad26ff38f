import { describe, expect, it } from 'vitest';
import type { EventBody, RunState } from '../../src/run/index.ts';
import { commandFor } from '../../src/ui/keymap.ts';
import { pressedScreen, stateOf } from '../support/ui-press.ts';

const surveyed = (state: RunState): EventBody => ({
  type: 'rollback.surveyed',
  indexes: state.created.map(({ step, oid, schema, name }, n) => ({
    step,
    oid,
    schema: schema ?? 'menuca_v3',
    name,
    standing: 'valid',
    bytes: 1_000_000,
    scans: n === 0 ? 7 : 0,
    lastScan: null,
    kept: n === 1 ? 'the constraint x depends on it by now' : null,
  })),
  unfinished: [],
  statsReset: null,
});

const asked = () => {
  const there = pressedScreen();
  there.press('D');
  there.add(surveyed(stateOf(there.story)));
  return there;
};

describe('D', () => {
  it('asks the engine to look, and says so until there is an answer', () => {
    const there = pressedScreen();
    there.press('D');
    expect(there.sent()).toEqual([{ type: 'survey' }]);
    expect(there.shows()).toMatch(/Looking at what is there/);
    there.press('enter', 'enter');
    expect(there.sent()).toHaveLength(1);
  });

  it('says from which database, what, how used, what is not touched, and what cannot be undone', () => {
    const text = asked().shows();
    expect(text).toMatch(/from prod-db1:5432\/menuca\?/);
    expect(text).toMatch(/\[x\] idx_\w+ {2}USED 7x {2}.* old {2}oid \d+/);
    expect(text.replaceAll(/\n {2,}/g, ' ')).toMatch(
      /\[-\] idx_\w+ {2}oid \d+ {2}NOT TOUCHED: the constraint x depends on it by now/,
    );
    expect(text).toMatch(/nobody can know how long/);
    expect(text).toMatch(/cannot be undone/);
  });

  it('cuts nothing off of how an index is dropped', () => {
    const there = pressedScreen();
    there.press('D');
    const event = surveyed(stateOf(there.story));
    if (event.type === 'rollback.surveyed') Object.assign(event.indexes[0] ?? {}, { takes: 12, scans: 1_000_000 });
    there.add(event);
    const rows = there.shows().split('\n');
    expect(rows.every((line) => line.length <= 76)).toBe(true);
    expect(rows.join(' ').replaceAll(/ +/g, ' ')).toContain('USED 1000000x as one with 12 attached, NOT concurrently');
  });

  it.each(['n', 'escape', 'q'])('%s is a no', (stroke) => {
    const there = asked();
    there.press(stroke);
    expect(there.ui().dialog).toBeNull();
    expect(there.sent()).toEqual([{ type: 'survey' }]);
  });

  it('wants the name typed: Enter alone, a wrong name and a pasted one drop nothing', () => {
    const there = asked();
    there.press('enter');
    expect(there.ui().dialog).toMatchObject({ kind: 'rollback-name', all: true });
    there.press('enter');
    expect(there.shows()).toMatch(/That is not the name: nothing was dropped/);
    there.press(...'menu', 'enter');
    there.paste('menuca');
    there.press('enter');
    expect(there.sent()).toEqual([{ type: 'survey' }]);
    there.press(...'menuca', 'enter');
    const created = stateOf(there.story).created.filter((_, n) => n !== 1);
    expect(there.sent().at(-1)).toEqual({
      type: 'roll-back',
      oids: created.map(({ oid }) => oid),
      all: true,
      confirm: 'menuca',
    });
  });

  it('drops by hand what is left in: Space takes an index out, or a whole section, and back', () => {
    const there = asked();
    const { created } = stateOf(there.story);
    there.press('j', 'space', 'enter');
    expect(there.ui().dialog).toMatchObject({ all: false });
    expect((there.ui().dialog as { oids: number[] }).oids).not.toContain(created[0]?.oid);
    there.press('escape', 'D');
    there.add(surveyed(stateOf(there.story)));
    there.press('space');
    const [, section] = there
      .shows()
      .split('\n')
      .filter((line) => line.includes('[ ]') || line.includes('[x]'));
    expect(section).toMatch(/\[ \]/);
  });

  it('closes the question when somebody else has begun', () => {
    const there = asked();
    there.add({ type: 'rollback.started', oids: [], all: true, by: 'ben' });
    there.press('enter');
    expect(there.ui().dialog).toBeNull();
    expect(there.ui().notice?.text).toMatch(/the question is closed/);
  });

  it('is not there for an observer, in any phase', () => {
    for (const phase of ['running', 'verifying', 'surveyed', 'finished'] as const) {
      expect(commandFor('D', phase, 'observer')).toBeNull();
      expect(commandFor('D', phase, 'operator')).toBe('rollback');
    }
    for (const phase of ['preflight', 'ready', 'rolling-back', 'aborting'] as const)
      expect(commandFor('D', phase, 'operator')).toBeNull();
  });
});
