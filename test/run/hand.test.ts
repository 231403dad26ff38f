import { describe, expect, it } from 'vitest';
import { type Command, handOf } from '../../src/run/index.ts';
import { Core, createIndex, planOf, section } from '../support/core.ts';

const working = (): Core => {
  const core = new Core(planOf(section('one', [createIndex('a1', 'a'), createIndex('b1', 'b')])));
  core.go();
  return core;
};

const join = (core: Core, client: string, name: string, role: 'operator' | 'observer' = 'operator'): void => {
  core.input({ kind: 'client-joined', client, role, name });
};

const leave = (core: Core, client: string, vanished = false): void => {
  core.input({ kind: 'client-left', client, vanished });
};

const from = (client: string) => ({ client, order: null });

/** What only the screen that operates may order. */
const OWN: Command[] = [
  { type: 'continue' },
  { type: 'set-jobs', jobs: 3 },
  { type: 'set-delay', delayMs: 1000 },
  { type: 'set-gate', gate: 'active', thresholds: { warn: 1, pause: null, abort: null } },
  { type: 'cancel-build', step: 0 },
  { type: 'skip', step: 0 },
  { type: 'retry', step: 0 },
  { type: 'survey' },
];

describe('the hand', () => {
  it('belongs to the first operator, and to no observer', () => {
    const core = working();
    join(core, 'o1', 'bob@desk', 'observer');
    expect(handOf(core.state)).toBeNull();
    join(core, 'c1', 'anna@ops');
    join(core, 'c2', 'ben@ops');
    expect(handOf(core.state)?.name).toBe('anna@ops');
  });

  it.each(OWN)('is needed for $type from a screen', (command) => {
    const core = working();
    join(core, 'c1', 'anna@ops');
    join(core, 'c2', 'ben@ops');
    expect(core.command(command, 'ben@ops', from('c2'))).toEqual({
      ok: false,
      why: 'anna@ops operates this run: take over first',
    });
    expect(core.events.at(-1)).toMatchObject({ type: 'command.refused', by: 'ben@ops' });
    // A caller has no screen, and says what he means in so many words.
    expect(core.command(command, 'eve@ops', { client: null, order: null }).why).not.toContain('operates');
  });

  it('is needed for nothing that makes it safer', () => {
    const core = working();
    join(core, 'c1', 'anna@ops');
    join(core, 'c2', 'ben@ops');
    expect(core.command({ type: 'pause' }, 'ben@ops', from('c2')).ok).toBe(true);
    expect(core.command({ type: 'abort' }, 'ben@ops', from('c2')).ok).toBe(true);
  });

  it('is taken over by word, on record', () => {
    const core = working();
    join(core, 'c1', 'anna@ops');
    join(core, 'c2', 'ben@ops');
    expect(core.command({ type: 'take-over' }, 'ben@ops', from('c2')).ok).toBe(true);
    expect(core.events.slice(-2)).toMatchObject([
      { type: 'command.received', command: { type: 'take-over' }, by: 'ben@ops' },
      { type: 'operator.changed', client: 'c2', name: 'ben@ops', from: 'anna@ops' },
    ]);
    expect(core.command({ type: 'set-jobs', jobs: 3 }, 'anna@ops', from('c1')).ok).toBe(false);
    expect(core.command({ type: 'set-jobs', jobs: 3 }, 'ben@ops', from('c2')).ok).toBe(true);
    expect(core.command({ type: 'take-over' }, 'ben@ops', from('c2')).why).toBe('this screen operates the run already');
  });

  it('is taken over by no observer, and by nobody who is not there', () => {
    const core = working();
    join(core, 'c1', 'anna@ops');
    join(core, 'o1', 'bob@desk', 'observer');
    for (const client of ['o1', 'c9'])
      expect(core.command({ type: 'take-over' }, 'x', from(client)).why).toBe(
        'only an operator’s screen can take over',
      );
    expect(core.command({ type: 'take-over' }, 'x').ok).toBe(false);
    expect(handOf(core.state)?.id).toBe('c1');
  });

  it('passes on when its screen goes, to whoever was there longest', () => {
    const core = working();
    join(core, 'c1', 'anna@ops');
    join(core, 'c2', 'ben@ops');
    join(core, 'c3', 'cleo@ops');
    leave(core, 'c1', true);
    expect(handOf(core.state)?.id).toBe('c2');
    expect(core.state.pauses).toEqual([]);
    leave(core, 'c3');
    expect(handOf(core.state)?.id).toBe('c2');
    leave(core, 'c2');
    expect(core.state.hand).toBeNull();
  });
});

describe('what an operator is being asked', () => {
  it('is on record while it is asked, and orders nothing', () => {
    const core = working();
    join(core, 'c1', 'anna@ops');
    const before = core.events.length;
    core.command({ type: 'asking', question: 'restore' }, 'anna@ops', from('c1'));
    expect(core.state.clients[0]?.asking).toEqual({ question: 'restore', since: core.state.at });
    core.command({ type: 'asking', question: 'restore' }, 'anna@ops', from('c1'));
    core.command({ type: 'asking', question: 'abort' }, 'anna@ops', from('c1'));
    core.command({ type: 'asking', question: null }, 'anna@ops', from('c1'));
    expect(core.events.slice(before).map((event) => [event.type, 'question' in event ? event.question : null])).toEqual(
      [
        ['question.opened', 'restore'],
        ['question.closed', 'restore'],
        ['question.opened', 'abort'],
        ['question.closed', 'abort'],
      ],
    );
    expect(core.state.clients[0]?.asking).toBeNull();
  });

  it('goes with the screen that asks', () => {
    const core = working();
    join(core, 'c1', 'anna@ops');
    core.command({ type: 'asking', question: 'restore' }, 'anna@ops', from('c1'));
    leave(core, 'c1');
    expect(core.state.clients).toEqual([]);
  });

  it('is nobody’s who is not an operator', () => {
    const core = working();
    join(core, 'o1', 'bob@desk', 'observer');
    const before = core.events.length;
    core.command({ type: 'asking', question: 'restore' }, 'bob@desk', from('o1'));
    core.command({ type: 'asking', question: 'restore' }, 'eve@desk');
    expect(core.events.length).toBe(before);
  });
});
