import type { RunEvent } from '../events.ts';

/** What of the run was under way at an instant. */
export interface ImpactMoment {
  /** ISO. */
  at: string;
  /** Where it stands for a table, others may have been under way beside it: then the first, with the titles of all. */
  section: { index: number; title: string } | null;
  /** Names of the indexes that were being built. */
  builds: string[];
}

interface Span<T> {
  what: T;
  from: number;
  to: number;
}

const ENDS: ReadonlySet<RunEvent['type']> = new Set(['build.finished', 'build.failed', 'build.cancelled']);

/** From one event to the next that ends it; what has no end lasts for ever. */
const spans = <T>(
  events: readonly RunEvent[],
  begins: (event: RunEvent) => { key: number; what: T } | null,
  ends: (event: RunEvent) => number | null,
): Span<T>[] => {
  const all: Span<T>[] = [];
  const open = new Map<number, Span<T>>();
  for (const event of events) {
    const at = Date.parse(event.at);
    const ended = ends(event);
    const begun = begins(event);
    const key = ended ?? begun?.key;
    const span = key === undefined ? undefined : open.get(key);
    // Begun once more: a build whose engine was lost is taken for ended there.
    if (span !== undefined && key !== undefined) {
      span.to = at;
      open.delete(key);
    }
    if (begun === null) continue;
    const next = { what: begun.what, from: at, to: Number.POSITIVE_INFINITY };
    all.push(next);
    open.set(begun.key, next);
  }
  return all;
};

type Titled = NonNullable<ImpactMoment['section']>;

const sectionAt = (within: readonly Titled[], isTable: (section: Titled) => boolean): Titled | null => {
  const last = within.at(-1) ?? null;
  if (last === null || !isTable(last)) return last;
  const beside = within.filter(isTable);
  return { index: beside[0]?.index ?? last.index, title: beside.map(({ title }) => title).join(', ') };
};

/** Gives what was under way at a time, or in a time: of a summary of old it is known only within which ten seconds. */
export const momentsOf = (events: readonly RunEvent[]): ((from: string, to: string) => ImpactMoment) => {
  const builds = spans(
    events,
    (event) => (event.type === 'build.started' ? { key: event.step, what: event.name } : null),
    (event) => (ENDS.has(event.type) && 'step' in event ? event.step : null),
  );
  const sections = spans(
    events,
    (event) =>
      event.type === 'section.started'
        ? { key: event.section, what: { index: event.section, title: event.title } }
        : null,
    (event) => (event.type === 'section.finished' ? event.section : null),
  );
  const plan = events.find((event) => event.type === 'run.started')?.plan;
  const isTable = ({ index }: Titled) => plan?.sections[index]?.byTable === true;
  return (from, to) => {
    const within = <T>({ from: begun, to: ended }: Span<T>) => begun <= Date.parse(to) && ended >= Date.parse(from);
    return {
      at: to,
      section: sectionAt(
        sections.filter(within).map(({ what }) => what),
        isTable,
      ),
      builds: [...new Set(builds.filter(within).map(({ what }) => what))],
    };
  };
};
