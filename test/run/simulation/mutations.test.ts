import { describe, expect, it } from 'vitest';
import type { Action, EventBody, Input, ProbeState, RunState, World } from '../../../src/run/index.ts';
import { brokenBy, deciding, type Fault, hearing, responding } from './broken-by.ts';
import { REAL_PARTS } from './fake-engine.ts';
import { History } from './history.ts';

const { decide, evolve, respond } = REAL_PARTS;

const withoutLeftover = (input: Input): Input =>
  input.kind === 'build-ended' && input.outcome.kind === 'failed'
    ? { ...input, outcome: { ...input.outcome, leftover: null } }
    : input;

const misled = (actions: Action[], world: World): Action[] =>
  actions.map(({ intent, effect }) => {
    const other = effect?.kind === 'cancel' ? world.slots.find(({ pid }) => pid !== effect.backend.pid) : undefined;
    return effect?.kind === 'cancel' && other !== undefined
      ? { intent, effect: { ...effect, backend: { pid: other.pid, backendStart: other.backendStart } } }
      : { intent, effect };
  });

/** Builds what is built once more, in the session that built it. */
const again = (state: RunState, { slots, inflight }: World): Action[] =>
  state.steps.flatMap(({ id, status, step, backend }) => {
    const slot = slots.find(({ pid, busy, use }) => pid === backend?.pid && !busy && use === 'build');
    if (status !== 'done' || step.kind !== 'create-index' || slot === undefined || inflight.has(`build:${id}`))
      return [];
    return [{ intent: null, effect: { kind: 'build', step: id, slot: slot.id } }];
  });

const NEVER_MEASURED: ProbeState['before'] = {
  at: '2026-11-23T19:00:00.000Z',
  probe: 0,
  name: 'probe 1',
  when: 'before',
  attempt: 1,
  verdict: null,
  runs: [],
  time: null,
  planningMs: null,
  rows: null,
  buffers: null,
  plan: null,
  summary: null,
  error: null,
  timedOut: false,
};

const isNoProbe = ({ effect }: Action): boolean => effect?.kind !== 'probe';

const FAULTS: Fault[] = [
  [
    'builds begin in a pause',
    'begins only when it may',
    deciding((state, world) => decide({ ...state, pauses: [] }, world)),
  ],
  [
    'builds begin without the lock',
    'begins only with the lock',
    deciding((state, world) => decide(state, { ...world, lockHeld: true })),
  ],
  [
    'two builds begin on one table',
    'never beside another',
    deciding((state, world) =>
      decide({ ...state, steps: state.steps.map((step) => ({ ...step, tableOid: step.id })) }, world),
    ),
  ],
  [
    'all sections are worked on at once',
    'begins in its turn',
    deciding((state, world) =>
      decide(
        {
          ...state,
          sections: state.sections.map((each) => ({ ...each, byTable: true, startedAt: each.startedAt ?? each.title })),
        },
        world,
      ),
    ),
  ],
  [
    'builds begin before all is measured',
    'never measures beside a build',
    deciding((state, world) => {
      const actions = decide(state, world);
      const rest = new Set([...world.inflight].filter((key) => key !== 'probe'));

      const early = {
        ...state,
        probes: state.probes.map((each) => ({ ...each, before: each.before ?? NEVER_MEASURED })),
      };
      return actions.length > 0 ? actions : decide(early, { ...world, inflight: rest }).filter(isNoProbe);
    }),
  ],
  [
    'what is built anew does not wait for the end of a measurement',
    'never measures beside a build',
    deciding((state, world) => {
      const rest = new Set([...world.inflight].filter((key) => key !== 'probe' && key !== 'analyze'));
      return decide(
        state,
        state.phase === 'running' && state.probes.every(({ before }) => before !== null)
          ? { ...world, inflight: rest }
          : world,
      );
    }),
  ],
  ['a lost build’s backend is not waited for', 'never beside another', { waitsForOrphans: false }],
  ['the act comes before its intent', 'intent first', { intentFirst: false }],
  [
    'one intent serves for two acts',
    'acts once for an intent',
    deciding((state, world) => {
      const actions = decide(state, world);
      return actions.length > 0 ? actions : again(state, world).slice(0, 1);
    }),
  ],
  [
    'something is known that no event tells',
    'the events give the state',
    { evolve: (state, event) => ({ ...evolve(state, event), ...(event.type === 'build.lost' ? { jobs: 1 } : {}) }) },
  ],
  ['whatever stands there after a loss is claimed', 'claims only its own', { claimOfLost: () => 'ours' }],
  ['whatever stands there after a failure is claimed', 'claims only its own', { claimOfFailed: () => 'ours' }],
  [
    'whatever has the name after a success counts as built',
    'counts only its own',
    {
      outcomeOfSuccess: (found, where, traces, durationMs) =>
        REAL_PARTS.outcomeOfSuccess(found, where, { ...traces, oid: null }, durationMs),
    },
  ],
  ['a drop goes by the name', 'drops only its own', { beforeDrop: () => ({ kind: 'drop' }) }],
  [
    'what stands there now counts as what was shown',
    'drops only its own',
    {
      respond: (state, input, now) => {
        const found = input.kind === 'inspected' && input.found.kind === 'to-drop' ? input.found.oid : null;
        const steps = state.steps.map((step) => (found === null ? step : { ...step, shown: found }));
        return respond({ ...state, steps }, input, now);
      },
    },
  ],
  [
    'the old one of a replacement is dropped whether the new one is built or not',
    'replaces what is there',
    {
      respond: (state, input, now) =>
        respond(
          {
            ...state,
            steps: state.steps.map((each) =>
              input.kind === 'inspected' && each.status === 'failed' ? { ...each, status: 'done' } : each,
            ),
          },
          input,
          now,
        ),
    },
  ],
  [
    'a drop that was stopped in the middle counts as not begun',
    'leaves nothing behind',
    hearing((input) =>
      input.kind === 'dropped' && input.outcome.kind === 'failed' && input.outcome.standing !== undefined
        ? { ...input, outcome: { ...input.outcome, standing: 'valid' } }
        : input,
    ),
  ],
  [
    'a gate that clears lifts every pause',
    'lifts only what it may',
    responding(({ events }, input, state) =>
      input.kind === 'gate' && input.signal.kind === 'level' && input.signal.level === null
        ? [...events, ...state.pauses.map(({ cause, gate }) => continued(cause, gate, `gate ${input.signal.kind}`))]
        : events,
    ),
  ],
  [
    'an operator lifts what a gate holds',
    'lifts only what it may',
    responding(({ events }, input, state) =>
      input.kind === 'command' && input.command.type === 'continue'
        ? [...events, ...state.pauses.map(({ cause, gate }) => continued(cause, gate, input.by))]
        : events,
    ),
  ],
  ['a cancel goes to another backend', 'cancels what is meant', deciding((s, w) => misled(decide(s, w), w))],
  ['what a failed build left is forgotten', 'leaves nothing behind', hearing(withoutLeftover)],
  [
    'every end counts as a clean one',
    'leaves nothing behind',
    responding(({ events }) =>
      events.map((event) => (event.type === 'run.finished' ? { ...event, status: 4 } : event)),
    ),
  ],
  [
    'a verification that finds nothing missing',
    'status 0 means all',
    hearing((input) =>
      input.kind === 'verified'
        ? { ...input, results: input.results.map((result) => ({ ...result, ok: true })) }
        : input.kind === 'inspected'
          ? { ...input, found: { kind: 'equal', oid: 1, definition: '', bytes: 1 } }
          : input,
    ),
  ],
  [
    'something is recorded after the end',
    'nothing after the end',
    responding(({ events }, input) =>
      input.kind === 'closed' ? [...events, { type: 'jobs.changed', from: 1, to: 2, by: 'indexdeck' }] : events,
    ),
  ],
  [
    'what became of a lost build is never found out',
    'ends',
    deciding((state, world) => decide(state, world).filter(({ effect }) => effect?.kind !== 'reconcile')),
  ],
  [
    'a decision that is never used up',
    'comes to rest',
    deciding((state, world) => {
      const again: Action = { intent: { type: 'jobs.changed', from: 1, to: 1, by: 'indexdeck' }, effect: null };
      return state.baseline === null ? decide(state, world) : [...decide(state, world), again];
    }),
  ],
  [
    'what of a partitioned table’s index is not complete is left at the end',
    'leaves nothing behind',
    deciding((state, world) => {
      const isOnly = ({ step: id }: RunState['created'][number]) => {
        const step = state.steps[id]?.step;
        return step?.kind === 'create-index' && step.only;
      };
      return decide({ ...state, created: state.created.filter((index) => !isOnly(index)) }, world);
    }),
  ],
  [
    'partitions that are made meanwhile are not looked for',
    'comes to its good end',
    hearing((input) => (input.kind === 'completed' ? { ...input, parts: [] } : input)),
  ],
  [
    'what looks like the leftover of a rebuild is taken for ours, whoever left it there before',
    'claims only its own',
    {
      outcomeOfReindex: (after, replaces, traces, end, about) =>
        REAL_PARTS.outcomeOfReindex(
          after,
          { ...replaces, others: [] },
          // The server named another one.
          traces.oid !== null && after.invalid.some(({ name }) => name.endsWith('_ccnew'))
            ? { ...traces, oid: after.invalid.find(({ name }) => name.endsWith('_ccnew'))?.oid ?? null }
            : traces,
          end,
          about,
        ),
    },
  ],
  [
    'what a rebuild has replaced is left where it is',
    'leaves nothing behind',
    hearing((input) => {
      if (input.kind !== 'build-ended' || input.outcome.kind !== 'built') return input;
      const { leftover: _, ...outcome } = input.outcome;
      return { ...input, outcome };
    }),
  ],
  [
    'a rebuild counts as done that is not',
    'status 0 means all',
    {
      outcomeOfReindex: (_after, replaces) => ({
        ...{ kind: 'built', oid: replaces.oid + 1_000_000, bytes: 1, durationMs: 1 },
        replaced: { oid: replaces.oid, bytes: 1 },
      }),
      ...hearing((input) =>
        input.kind === 'verified' ? { ...input, results: input.results.map((each) => ({ ...each, ok: true })) } : input,
      ),
    },
  ],
  [
    'a name that is free counts as taken',
    'comes to its good end',
    hearing((input) =>
      input.kind === 'inspected' && input.found.kind === 'none'
        ? { ...input, found: { kind: 'different', oid: 1, definition: '', differences: ['all'] } }
        : input,
    ),
  ],
];

function continued(
  cause: RunState['pauses'][number]['cause'],
  gate: string | null,
  by: string,
): Extract<EventBody, { type: 'run.continued' }> {
  return { type: 'run.continued', cause, gate, by };
}

describe('a fault is found, by the rule that it breaks:', () => {
  // The rarest shows in one of some twenty thousand histories, which a busy machine takes a while for.
  it.each(FAULTS)(
    '%s',
    (_, rule, parts) => {
      expect(brokenBy(parts, rule)).toContain(`: ${rule}: `);
    },
    240_000,
  );

  it('and the failure says its seed, its rule, its last events and how to see it again', () => {
    const text = brokenBy({ intentFirst: false }, 'intent first') ?? '';
    expect(text).toMatch(/^seed \d+: intent first: \w+ of step \d+ is not in the journal\n/);
    expect(text).toMatch(/"type":"index\.inspected"/);
    const [, seed] = /INDEXDECK_SEED=(\d+) npx vitest run/.exec(text) ?? [];
    expect(() => new History(Number(seed), { ...REAL_PARTS, intentFirst: false }).run()).toThrow(/^intent first/);
  });
});
