import type { FindingCode, LevelOf } from '../../../plan/findings/index.ts';
import { meets } from '../../../plan/lint-drops.ts';
import type { Finding, Place } from '../../../plan/types.ts';
import { bytes, type StepState } from '../../../run/index.ts';
import type { Facts, ReindexFinding, Rule } from '../facts.ts';
import { count, finding, list, type Said } from '../finding.ts';
import { isBegun } from './resumed.ts';

/** What the plan rebuilds: each as it stands, with all that a person has to know before the go. */
export const reindexes: Rule = (facts) =>
  facts.reindexes.flatMap((each) => {
    const step = facts.resumed?.[each.step];
    if (step?.status === 'building' || step?.status === 'dropping') return [halfRebuilt(each, step)];
    // The parts are told of with the whole.
    if (each.isPart || isBegun(facts.resumed, each.step)) return [];
    return [...standing(each, facts), ...skipped(each), ...undroppable(each)];
  });

function about<C extends FindingCode>(
  { reindex }: ReindexFinding,
  level: Exclude<LevelOf<C>, 'ok'>,
  code: C,
  said: Said,
): Finding {
  const { file, line, column, name, of } = reindex;
  const place: Place = { file, line, column };
  return { ...finding(level, code, said), place, ...(of === 'index' ? { index: name } : { subject: name }) };
}

/** The plan makes it first, so that it need not be there yet. */
const isMadeBefore = ({ step, reindex }: ReindexFinding, { indexes }: Facts): boolean =>
  reindex.of === 'index' && indexes.some((index) => index.step < step && meets(reindex, index.create));

function standing(each: ReindexFinding, facts: Facts): Finding[] {
  const { reindex, found } = each;
  switch (found.kind) {
    case 'none':
      if (isMadeBefore(each, facts)) return [];
      return [
        about(each, 'blocks', 'reindex-absent', {
          what: `There is no ${reindex.of} ${reindex.name} to be rebuilt.`,
          why: 'It may be gone already, or be called otherwise.',
          advice: 'Correct the name or its schema, or take the statement out.',
        }),
      ];
    case 'to-reindex':
      return [found.index === null || isForGood(found.problem) ? refused(each, found.problem) : single(each, found)];
    case 'reindex-parts':
      return [isForGood(found.problem) ? refused(each, found.problem) : several(each)];
    default:
      return [
        about(each, 'blocks', 'reindex-refused', {
          what: `${reindex.name} is ${found.kind === 'other-relation' ? found.what : 'something else'}: REINDEX ${reindex.of.toUpperCase()} does not take it.`,
          why: 'The server would refuse it.',
          advice: 'Correct the name.',
        }),
      ];
  }
}

type Problem = { why: string; passing: boolean } | null;

const isForGood = (problem: Problem): boolean => problem !== null && !problem.passing;

function refused(each: ReindexFinding, problem: Problem): Finding {
  return about(each, 'blocks', 'reindex-refused', {
    what: `${each.reindex.name} cannot be rebuilt: ${problem?.why ?? 'its definition cannot be read'}.`,
    why: 'A plan rebuilds what the server rebuilds concurrently, and what is on record as it was.',
    advice: 'Deal with that first, or take the statement out.',
  });
}

const SPACE = 'Old and new stand side by side until it is done: it takes about as much space again.';
const STAYS = 'Nothing to do. Name, definition, comment and statistics stay; a rollback leaves it alone.';

function single(each: ReindexFinding, found: Extract<ReindexFinding['found'], { kind: 'to-reindex' }>): Finding {
  const { schema, name, oid, index, problem } = found;
  const size = index?.bytes == null ? 'size unknown' : bytes(index.bytes);
  const valid = index?.valid === true ? 'valid' : 'NOT valid, which a rebuild mends';
  return about(each, 'note', 'planned-reindex', {
    what: `${schema}.${name} (oid ${oid}) will be rebuilt: ${valid}, ${size}. There: ${index?.definition ?? ''}`,
    why: [SPACE, ...(problem === null ? [] : [`Right now ${problem.why}: it is waited for.`])].join(' '),
    advice: STAYS,
  });
}

function several(each: ReindexFinding): Finding {
  const { reindex, members } = each;
  const sizes = members.map(({ found }) => found.index?.bytes ?? null);
  const known = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const most = Math.max(0, ...sizes.map((size) => size ?? 0));
  const unknown = sizes.filter((size) => size === null).length;
  if (members.length === 0)
    return about(each, 'note', 'reindex-nothing', {
      what: `There is no index to rebuild on ${reindex.name}.`,
      why: 'The server would say the same, in a notice.',
      advice: 'Take the statement out.',
    });
  const names = members.map(({ found, toastOf }) => (toastOf === null ? found.name : `the TOAST index of ${toastOf}`));
  return about(each, 'note', 'planned-reindex', {
    what: `${count(members.length, 'index', 'indexes')} of ${reindex.name} will be rebuilt, one statement each, ${bytes(known)} in all${unknown === 0 ? '' : `, ${unknown} of unknown size`}: ${list(names)}.`,
    why: `Each takes about as much space again while it is built, the largest ${bytes(most)}; those on different tables may be built at the same time.`,
    advice: STAYS,
  });
}

function skipped(each: ReindexFinding): Finding[] {
  if (each.skipped.length === 0) return [];
  const texts = each.skipped.map(({ schema, name, why }) => `${schema}.${name}: ${why}`);
  return [
    about(each, 'warning', 'reindex-skipped', {
      what: `${count(each.skipped.length, 'index', 'indexes')} of ${each.reindex.name} will not be rebuilt: ${texts.join('; ')}.`,
      why: 'What is left out stays as it is.',
      advice: 'Rebuild or drop such a one by its name, where that can be done.',
    }),
  ];
}

function undroppable(each: ReindexFinding): Finding[] {
  if (each.undroppable.length === 0) return [];
  return [
    about(each, 'warning', 'reindex-no-drop', {
      what: `We may rebuild ${list(each.undroppable)} by the right MAINTAIN, but not drop what a failed rebuild leaves.`,
      why: 'Only the owner may drop an index: what is left would be work for the owner, and the run would end with status 5.',
      advice: 'Connect as the owner of the table, or be granted its role.',
    }),
  ];
}

function halfRebuilt(each: ReindexFinding, { replaces, status }: StepState): Finding {
  const { name } = each.reindex;
  const was = replaces?.oid ?? null;
  const now = each.found.kind === 'to-reindex' ? each.found.oid : null;
  const isDone = now !== null && now !== was;
  return about(each, 'note', 'resumed-reindex', {
    what: isDone
      ? `${name} was being rebuilt when its engine was lost, and is new by now (oid ${now}, ${was ?? 'unknown'} before).`
      : `${name} (oid ${was ?? 'unknown'}) was being rebuilt when its engine was lost, and is ${now === null ? 'not there' : 'as it was'} so far.`,
    why:
      status === 'dropping'
        ? 'What the rebuild left is not dropped yet.'
        : 'Its backend may be at work still: it is waited for, or ended if you said so.',
    advice: 'What is left of it will be dropped, and it is gone on with.',
  });
}
