import type { Heading } from './headings.ts';
import { printable } from './printable.ts';
import { sectionsByTable } from './table-sections.ts';
import type { Place, Section, SectionStep, SetStep } from './types.ts';

/** The heading in force; `place` is null for a file's name, which stands in for one. */
export interface Headed {
  title: string;
  place: Place | null;
  notes: string[];
  /** It is a comment that a tool writes over every statement: one after another of the same title is the same heading. */
  generated: boolean;
}

/**
 * Puts steps under the headings that they stand under; where there is none, under their tables. A heading without a step makes
 * no section.
 */
export class Sections {
  all: Section[] = [];
  heading: Headed = { title: '', place: null, notes: [], generated: false };
  private current: Headed | null = null;
  /** The file's name under which all steps stand, each under its table: no heading of the plan. Null when there is another. */
  unshown: Headed | null = null;
  /** SET steps wait for a step that makes a section. */
  private waiting: SetStep[] = [];

  /** A file's name stands in for a heading until there is one. */
  nameOf(path: string): void {
    this.heading = { title: printable(nameOf(path)), place: null, notes: [], generated: false };
  }

  head({ title, notes }: Pick<Heading, 'title' | 'notes'>, place: Place, generated = false): void {
    if (generated && this.heading.generated && this.heading.title === title) return;
    this.heading = { title, place, notes: [...notes], generated };
  }

  /** What stands under a heading and before its first step belongs to it. */
  note(lines: readonly string[]): void {
    if (this.heading.place !== null && this.current !== this.heading) this.heading.notes.push(...lines);
  }

  add(step: SectionStep): void {
    if (step.kind === 'set') {
      this.waiting.push(step);
      return;
    }
    const open = this.current === this.heading ? this.all.at(-1) : undefined;
    const section = open ?? this.open(step);
    this.addWaiting(section);
    section.steps.push(step);
  }

  /** What still waits gets its place; called once, after the last file. A file alone, without headings, goes by its tables. */
  finish(several: boolean): void {
    const [first] = this.waiting;
    if (first !== undefined) this.addWaiting(this.all.at(-1) ?? this.open(first));
    const [only, ...others] = this.all;
    if (several || only === undefined || others.length > 0) return;
    if (this.current === null || this.current.place !== null) return;
    const byTable = sectionsByTable(only);
    if (byTable.length === 0) return;
    this.all = byTable;
    this.unshown = this.current;
  }

  private addWaiting(section: Section): void {
    for (const step of this.waiting) section.steps.push(step);
    this.waiting = [];
  }

  private open(first: Place): Section {
    const { title, place, notes } = this.heading;
    const { file, line } = place ?? this.waiting[0] ?? first;
    const section: Section = { title, file, line, ...(notes.length > 0 ? { notes } : {}), steps: [] };
    this.all.push(section);
    this.current = this.heading;
    return section;
  }
}

/** The last part of a path; of Prisma's migration.sql the folder, which is what tells one from another. */
function nameOf(path: string): string {
  const segments = path.split(/[\\/]/);
  const name = segments.at(-1) || path;
  return (name === 'migration.sql' ? segments.at(-2) : undefined) ?? name;
}
