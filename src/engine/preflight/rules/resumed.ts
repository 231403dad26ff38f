import type { Finding } from '../../../plan/types.ts';
import type { StepState } from '../../../run/index.ts';
import type { IndexFinding, Rule } from '../facts.ts';
import { count, finding, ok } from '../finding.ts';

const BEGUN: ReadonlySet<StepState['status']> = new Set(['building', 'dropping', 'done', 'skipped']);

/** A step that the run had begun, built or left out when it stopped. */
export const isBegun = (steps: readonly StepState[] | null, id: number): boolean => {
  const step = steps?.[id];
  return step !== undefined && BEGUN.has(step.status);
};

/** What a run that is taken up again had built, and what stands where its engine was lost in the middle. */
export const resumed: Rule = ({ indexes, resumed: steps }) => {
  if (steps === null) return [];
  const here = indexes.flatMap((index) => {
    const step = steps[index.step];
    return step === undefined ? [] : [{ index, step }];
  });
  const standing = here.filter(({ index, step }) => step.status === 'done' && isStanding(index, step));
  const summary =
    standing.length > 0
      ? [ok('resumed-built', `${count(standing.length, 'index', 'indexes')} built before, there and valid.`)]
      : [];
  return [...summary, ...here.flatMap(({ index, step }) => about(index, step))];
};

const isStanding = ({ found }: IndexFinding, step: StepState): boolean =>
  found.kind === 'equal' && found.oid === step.oid;

function about(index: IndexFinding, step: StepState): Finding[] {
  switch (step.status) {
    case 'building':
      return [inDoubt(index, step)];
    case 'dropping':
      return [toBeDropped(index, step)];
    case 'done':
      return isStanding(index, step) ? [] : [changed(index, step)];
    default:
      return [];
  }
}

function inDoubt({ create, found }: IndexFinding, step: StepState): Finding {
  const { name } = create;
  const attempt = `attempt ${step.attempt}${step.backend === null ? '' : `, pid ${step.backend.pid}`}`;
  switch (found.kind) {
    case 'building':
      return found.pid === step.backend?.pid
        ? finding(
            'note',
            'resumed-building',
            {
              what: `${name} (oid ${found.oid}) is still being built by pid ${found.pid}, which this run began.`,
              why: 'Its engine is gone, and the server builds on.',
              advice:
                'It will be waited for. To end it instead and build anew: X on it after the go, or --end-orphans.',
            },
            create,
          )
        : finding(
            'warning',
            'resumed-foreign-build',
            {
              what: `${name} (oid ${found.oid}) is being built by pid ${found.pid}, "${found.application ?? 'unknown'}", which this run did not begin.`,
              why: `This run's own build (${attempt}) is over.`,
              advice: 'It is not touched. Wait for its end and look again.',
            },
            create,
          );
    case 'equal':
      return finding(
        'note',
        'resumed-finished',
        {
          what: `${name} (oid ${found.oid}) was finished after its engine was lost: valid, and as planned.`,
          why: `It was not there before this run began to build it (${attempt}).`,
          advice: 'It counts as built by this run.',
        },
        create,
      );
    case 'invalid':
      return finding(
        'note',
        'resumed-invalid',
        {
          what: `${name} (oid ${found.oid}) is not valid: this run's build of it (${attempt}) did not end.`,
          why: found.ready
            ? 'No query uses it, every write pays for it, and if it is unique it rejects rows.'
            : 'No query uses it, and it keeps the name taken.',
          advice: 'It will be dropped concurrently and built anew.',
        },
        create,
      );
    case 'none':
      return finding(
        'note',
        'resumed-absent',
        {
          what: `${name} is not there: this run's build of it (${attempt}) left nothing.`,
          why: 'It did not get as far as the catalog.',
          advice: 'It will be built anew.',
        },
        create,
      );
    default:
      return changed({ create, found } as IndexFinding, step);
  }
}

function toBeDropped({ create }: IndexFinding, step: StepState): Finding {
  const { leftover } = step;
  return finding(
    'note',
    'resumed-leftover',
    {
      what: `${create.name}: the invalid index (oid ${leftover?.oid ?? 'unknown'}) was about to be dropped.`,
      why:
        leftover?.why === 'agreed-leftover' ? 'The operator had agreed to it.' : 'A failed build of this run left it.',
      advice: 'It will be dropped concurrently if it still stands, then built anew.',
    },
    create,
  );
}

function changed({ create, found }: IndexFinding, step: StepState): Finding {
  const before = step.oid === null ? 'was begun by this run' : `was built by this run (oid ${step.oid})`;
  if (found.kind === 'none')
    return finding(
      'warning',
      'resumed-gone',
      {
        what: `${create.name} ${before}, and is not there any more.`,
        why: 'Somebody dropped it since, or the server lost it in a failover.',
        advice: 'It will be built anew. If it was dropped on purpose, skip it.',
      },
      create,
    );
  if (found.kind === 'invalid' && found.oid === step.oid && step.status === 'done')
    return finding(
      'warning',
      'resumed-lost',
      {
        what: `${create.name} ${before}, and is not valid any more.`,
        why: 'The server lost the end of its build, as in a crash or a failover.',
        advice: 'It will be dropped concurrently and built anew.',
      },
      create,
    );
  const now = 'oid' in found ? `oid ${found.oid}, ${found.kind}` : found.kind;
  return finding(
    'warning',
    'resumed-changed',
    {
      what: `${create.name} ${before}, and something else stands there now (${now}).`,
      why: 'It is not what this run made: it is not touched, and verification will say so.',
      advice: 'Find out who replaced it, and why.',
    },
    create,
  );
}
