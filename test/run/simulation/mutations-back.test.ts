import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/run/index.ts';
import { brokenBy, deciding, type Fault, hearing, responding } from './broken-by.ts';
import { REAL_PARTS } from './fake-engine.ts';

const { decide, evolve, respond } = REAL_PARTS;

/** As if the operator had said all, whatever was chosen. */
const all = (state: RunState): RunState =>
  state.rollback === null ? state : { ...state, rollback: { ...state.rollback, all: true } };

/** What the plan dropped counts as chosen by nobody. */
const withoutRemoved = (state: RunState): RunState =>
  state.phase === 'rolling-back' ? { ...state, removed: [] } : state;

const FAULTS: Fault[] = [
  [
    'more is dropped than was chosen',
    'drops only what it built',
    deciding((state, world) => decide(all(state), world)),
  ],
  [
    'a drop on the way back goes by the name',
    'drops only what it built',
    { lookAtOwn: (row) => (row?.there || row?.other_oid != null ? 'drop' : 'gone') },
  ],
  [
    'what others have attached goes with the index',
    'drops only what it built',
    {
      lookAtOwn: (row, state, index) => {
        const look = REAL_PARTS.lookAtOwn(row, state, index);
        return typeof look === 'object' && look.kind === 'kept' && row !== undefined && row.attached.length > 0
          ? 'drop'
          : look;
      },
    },
  ],
  [
    'a drop of a rollback that was stopped in the middle counts as not begun',
    'leaves nothing behind',
    hearing((input) =>
      input.kind === 'dropped' && input.outcome.kind === 'failed' && input.outcome.standing === 'invalid'
        ? { ...input, outcome: { ...input.outcome, standing: 'valid' } }
        : input,
    ),
  ],
  [
    'a rollback goes on in a pause',
    'begins only when it may',
    deciding((state, world) => decide(state.phase === 'rolling-back' ? { ...state, pauses: [] } : state, world)),
  ],
  [
    'a rollback goes on without the lock',
    'begins only with the lock',
    deciding((state, world) => decide(state, state.phase === 'rolling-back' ? { ...world, lockHeld: true } : world)),
  ],
  [
    'the new index of a replacement goes before the old one is there again',
    'keeps the new until the old is there',
    deciding((state, world) => {
      const actions = decide(state, world);
      return actions.length > 0 ? actions : decide(withoutRemoved(state), world);
    }),
  ],
  [
    'what the plan dropped is built as the plan has that name',
    'builds again as it was',
    {
      evolve: (state, event) => {
        const next = evolve(state, event);
        const removed = next.removed.map((index) => ({
          ...index,
          record: { ...index.record, rebuildSql: index.record.rebuildSql.replace('(b)', '(a)') },
        }));
        return event.type === 'index.dropped' ? { ...next, removed } : next;
      },
    },
  ],
  [
    'what could not be dropped is not said',
    'says what the catalog says',
    {
      respond: (state, input, now) => {
        const silent = state.rollback === null ? state : { ...state, rollback: { ...state.rollback, left: [] } };
        return respond(input.kind === 'rollback-checked' ? silent : state, input, now);
      },
    },
  ],
  [
    'what the plan dropped is forgotten on the way back',
    'says what the catalog says',
    deciding((state, world) => decide(withoutRemoved(state), world)),
  ],
  [
    'every rollback that was checked counts as a good one',
    'status 0 means as before',
    responding(({ events }, _, { rollback }) =>
      events.map((event) =>
        event.type === 'run.finished' && event.status === 1 && rollback !== null ? { ...event, status: 0 } : event,
      ),
    ),
  ],
  [
    'what was half dropped is not gone on with',
    'ends',
    deciding((state, world) =>
      decide(state, world).filter(
        ({ effect }) =>
          effect?.kind !== 'drop' || effect.why !== 'rollback' || state.steps[effect.step]?.status !== 'dropping',
      ),
    ),
  ],
];

describe('a fault of the way back is found, by the rule that it breaks:', () => {
  it.each(FAULTS)('%s', (_, rule, parts) => {
    expect(brokenBy(parts, rule)).toContain(`: ${rule}: `);
  });
});
