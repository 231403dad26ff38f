import { describe, expect, it } from 'vitest';
import { bindingsFor } from '../../src/ui/keymap.ts';
import { concerns } from '../../src/ui/model/attention.ts';
import { statusRow } from '../../src/ui/model/header.ts';
import { rowText } from '../../src/ui/model/row.ts';
import { whoIsHere } from '../../src/ui/model/who.ts';
import { pressedScreen } from '../support/ui-press.ts';

const both = (client: string) => {
  const there = pressedScreen('operator', { client });
  there.add({ type: 'client.joined', client: 'c1', role: 'operator', name: 'anna@ops' });
  there.add({ type: 'client.joined', client: 'l7', role: 'operator', name: 'ben@far (role ben)' });
  return there;
};

const header = ({ context }: ReturnType<typeof both>): string => {
  const { live, role } = context();
  return rowText(statusRow(live.view, role, false, live.now, 80));
};

const attention = ({ context }: ReturnType<typeof both>): string[] => {
  const { live } = context();
  return concerns(live.view, live.now).map(({ text }) => text);
};

describe('two operators’ screens', () => {
  it('one operates, the other stands by: it may pause, abort, take over, and no more', () => {
    expect(header(both('c1'))).toContain('OPERATOR');
    const there = both('l7');
    expect(header(there)).toContain('STANDBY');
    expect(attention(there)).toContain('anna@ops operates this run; this screen stands by');
    const acts = bindingsFor('running', 'standby').filter(({ changes }) => changes);
    expect(acts.map(({ command }) => command)).toEqual(['pause', 'abort', 'take-over', 'withdraw']);
    there.press('C', 'D', '+', 'E', 'T', 'S', 'X', 'B');
    expect(there.ui().dialog).toBeNull();
    expect(there.sent()).toEqual([]);
    there.press('P');
    expect(there.sent()).toEqual([{ type: 'pause' }]);
  });

  it('taking over is asked, and Enter is a no', () => {
    const there = both('l7');
    there.press('H');
    expect(there.shows()).toContain('anna@ops operates it now.');
    there.press('enter');
    expect(there.sent()).toEqual([]);
    there.press('H', 'y');
    expect(there.sent()).toEqual([{ type: 'take-over' }]);
  });

  it('the one who operates has no key to take over', () => {
    const there = both('c1');
    there.press('H');
    expect(there.ui().dialog).toBeNull();
  });

  it('leaving without having the hand declines nothing', () => {
    const there = both('l7');
    there.press('q');
    expect(there.effects()).toEqual([{ type: 'exit', exit: { how: 'detached' } }]);
  });

  it('everybody sees what the other one is being asked', () => {
    const there = both('l7');
    there.add({ type: 'question.opened', client: 'c1', name: 'anna@ops', question: 'restore' });
    expect(attention(there).join('\n')).toContain(
      'anna@ops is being asked whether to restore the database from its backup',
    );
    expect(whoIsHere(there.context().live).join('\n')).toMatch(
      /anna@ops {2}operates, for .*; is being asked whether to restore/,
    );
    there.add({ type: 'question.closed', client: 'c1', name: 'anna@ops', question: 'restore' });
    expect(attention(there).join('\n')).not.toContain('is being asked');
  });
});

describe('E', () => {
  it('changes a gate as on the command line', () => {
    const there = both('c1');
    there.press('E', ...'lock-waiters=1,20,-', 'enter');
    expect(there.sent()).toEqual([
      { type: 'set-gate', gate: 'lock-waiters', thresholds: { warn: 1, pause: 20, abort: null } },
    ]);
    expect(there.ui().dialog).toBeNull();
  });

  it.each([
    ['delay=30s', { type: 'set-delay', delayMs: 30_000 }],
    ['jobs=3', { type: 'set-jobs', jobs: 3 }],
    ['pause=10m', { type: 'pause', forMs: 600_000 }],
  ])('takes %s', (text, command) => {
    const there = both('c1');
    there.press('E', ...text, 'enter');
    expect(there.sent()).toEqual([command]);
  });

  it('says what is wrong, and keeps what was typed', () => {
    const there = both('c1');
    there.press('E', ...'active=60,30,-', 'enter');
    expect(there.sent()).toEqual([]);
    expect(there.shows()).toContain('does not rise from warn to pause to abort');
    expect(there.shows()).toContain('active=60,30,-');
    there.press('ctrl-u', ...'nothing', 'enter');
    expect(there.shows()).toContain('is not of the form NAME=VALUE');
    there.press('escape');
    expect(there.ui().dialog).toBeNull();
  });
});

describe('an order that waits for the engine', () => {
  const at = '2026-11-23T19:00:00.000Z';
  const order = { id: '9', command: { type: 'set-jobs', jobs: 3 }, by: 'ben@far', role: 'ben', at };

  it('is shown, and taken back with W by the screen that gave it', () => {
    const there = pressedScreen('operator', { client: 'l7', waiting: [order] });
    there.add({ type: 'client.joined', client: 'l7', role: 'operator', name: 'ben@far (role ben)' });
    expect(attention(there).join('\n')).toMatch(/not followed yet: set-jobs by ben@far \(role ben\), for /);
    there.press('W');
    expect(there.effects()).toEqual([{ type: 'withdraw', order: '9' }]);
  });

  it('of somebody else stays', () => {
    const there = pressedScreen('operator', { client: 'l8', waiting: [order] });
    there.add({ type: 'client.joined', client: 'l8', role: 'operator', name: 'cleo@far (role cleo)' });
    there.press('W');
    expect(there.effects()).toEqual([]);
    expect(there.ui().notice?.text).toBe('no order of yours waits: all were answered');
  });
});

describe('K', () => {
  const waitedFor = (): ReturnType<typeof both> => both('c1');

  it('asks for the name of the database, and orders the end of that very session', () => {
    const there = waitedFor();
    const blocker = there.context().live.view.sample?.builds.flatMap(({ blockers }) => blockers)[0];
    there.press('K');
    expect(there.shows()).toContain('END the session pid 12247 billing-job?');
    there.press('enter');
    expect(there.shows()).toContain('That is not the name: nothing was ended.');
    there.paste('menuca');
    expect(there.sent()).toEqual([]);
    there.press(...'menuca', 'enter');
    expect(there.sent()).toEqual([
      {
        type: 'end-session',
        pid: blocker?.pid,
        backendStart: blocker?.backendStart,
        who: 'pid 12247 billing-job',
        confirm: 'menuca',
      },
    ]);
  });

  it('says so when nobody is waited for', () => {
    const there = pressedScreen('operator', { sample: null });
    there.press('K');
    expect(there.ui().notice?.text).toBe('nobody waits for a session of somebody else’s');
    expect(there.ui().dialog).toBeNull();
  });

  it('lets one choose among several, and Esc is a no', () => {
    const there = waitedFor();
    const sample = there.context().live.view.sample;
    const [build] = sample?.builds ?? [];
    const [first] = build?.blockers ?? [];
    if (sample === null || build === undefined || first === undefined) throw new Error('no blocker');
    const second = { ...first, pid: 99, application: 'report' };
    const two = pressedScreen('operator', {
      sample: { ...sample, blockers: null, builds: [{ ...build, blockers: [first, second] }] },
    });
    two.press('K', 'j', 'enter');
    expect(two.shows()).toContain('END the session pid 99 report?');
    two.press('escape');
    expect(two.sent()).toEqual([]);
    expect(two.ui().notice?.text).toBe('no session was ended');
  });
});
