import { Fingerprint } from './fingerprint.ts';
import { commentRuns, type Heading, headingOf } from './headings.ts';
import type { IndexStmt } from './parser.ts';
import { firstWords, printable } from './printable.ts';
import { judgeCommand } from './psql.ts';
import { Session } from './session.ts';
import { decode, type Source } from './source.ts';
import { type CommandPiece, type StatementPiece, split } from './split.ts';
import { type Refused, readStatement } from './statement.ts';
import { StepMaker } from './steps.ts';
import type {
  CreateIndexStep,
  Finding,
  Include,
  LeftOut,
  Place,
  PlanOptions,
  Problem,
  Section,
  SectionStep,
  SetStep,
  SourceFile,
  ValidationStep,
} from './types.ts';

const DEEPEST_INCLUDE = 16;
const MOST_INCLUDES = 1000;

/** The heading in force; `place` is null for a file's name, which stands in for one. */
interface Headed {
  title: string;
  place: Place | null;
}

/** An index of the plan with what PostgreSQL's parser made of it. */
export interface PlannedIndex {
  step: CreateIndexStep;
  node: IndexStmt;
}

/** Walks the files of a plan in psql's order and gathers what they say. */
export class Reader {
  readonly sections: Section[] = [];
  readonly validations: ValidationStep[] = [];
  readonly leftOut: LeftOut[] = [];
  readonly problems: Problem[] = [];
  readonly findings: Finding[] = [];
  readonly files: string[] = [];
  readonly fingerprint = new Fingerprint();
  readonly session = new Session();
  /** Lines of BEGIN and COMMIT. */
  readonly transactionLines: Place[] = [];
  /** SELECTs and EXPLAINs that stand before an index of the same plan. */
  readonly earlySelects: Place[] = [];
  private readonly pendingSelects: Place[] = [];
  /** The indexes with their parse, for the comparisons among them. */
  readonly indexes: PlannedIndex[] = [];
  private heading: Headed = { title: '', place: null };
  private current: Headed | null = null;
  /** SET steps wait for a step that makes a section. */
  private waiting: SetStep[] = [];
  private includes = 0;
  private readonly include: Include;
  private readonly steps: StepMaker;

  constructor(include: Include, options: PlanOptions) {
    this.include = include;
    this.steps = new StepMaker(this.session, options, this.findings);
  }

  read(file: SourceFile): void {
    this.heading = { title: printable(baseName(file.path)), place: null };
    this.file(file, [file.path]);
  }

  /** What still waits gets its place; called once, after the last file. */
  finish(): void {
    const [first] = this.waiting;
    if (first === undefined) return;
    const section = this.sections.at(-1) ?? this.openSection(this.heading, first);
    this.addWaiting(section);
  }

  private file(file: SourceFile, chain: string[]): void {
    this.files.push(file.path);
    const source = decode(file);
    if (!('text' in source)) {
      this.problems.push(source);
      return;
    }
    for (const piece of commentRuns(source.text, split(source.text))) {
      if (Array.isArray(piece)) {
        const heading = headingOf(piece);
        if (heading !== null) this.head(source, heading);
        const unclosed = piece.find((comment) => comment.unclosed);
        if (unclosed !== undefined) this.unclosedComment(source, unclosed.start, unclosed.text);
      } else if (piece.type === 'statement') {
        this.statement(source, piece);
      } else if (piece.type === 'command') {
        this.command(source, piece, chain);
      } else if (piece.type === 'comment' && piece.unclosed) {
        this.unclosedComment(source, piece.start, piece.text);
      }
    }
  }

  private head(source: Source, heading: Heading): void {
    this.heading = { title: heading.title, place: source.place(heading.at) };
  }

  private unclosedComment(source: Source, at: number, text: string): void {
    const why = 'the comment that opens here is never closed, so that the rest of the file belongs to it';
    this.refuse(source.place(at), text, { as: 'refused', code: 'unclosed', why });
  }

  private statement(source: Source, piece: StatementPiece): void {
    const place = source.place(piece.start);
    const read = readStatement(piece);
    switch (read.as) {
      case 'refused':
        this.refuse(place, piece.sql, read, read.at === undefined ? undefined : source.place(piece.start + read.at));
        return;
      case 'transaction':
        this.transactionLines.push(place);
        this.session.transaction(read.word);
        this.leftOut.push({
          ...place,
          what: firstWords(piece.sql),
          why: 'every statement is sent on its own, since CREATE INDEX CONCURRENTLY cannot run in a transaction',
        });
        return;
      case 'set': {
        const made = this.steps.set(place, piece, read);
        if ('why' in made) this.leftOut.push(made);
        else this.add(made, read.tree);
        return;
      }
      case 'select':
      case 'explain':
        this.validations.push(this.steps.validation(place, piece, read));
        this.pendingSelects.push(place);
        this.fingerprint.add(read.as, read.tree);
        return;
      case 'create-index': {
        const made = this.steps.createIndex(place, piece, read);
        if ('as' in made) {
          this.refuse(place, piece.sql, made);
          return;
        }
        this.add(made, read.tree);
        this.indexes.push({ step: made, node: read.node });
        for (const early of this.pendingSelects.splice(0)) this.earlySelects.push(early);
        return;
      }
      case 'analyze':
        this.add(this.steps.analyze(place, piece, read), read.tree);
        return;
      case 'comment':
        this.add(this.steps.comment(place, piece, read), read.tree);
    }
  }

  private add(step: SectionStep, tree: unknown): void {
    this.fingerprint.add(step.kind, tree);
    if (step.kind === 'set') {
      this.waiting.push(step);
      return;
    }
    const open = this.current === this.heading ? this.sections.at(-1) : undefined;
    const section = open ?? this.openSection(this.heading, step);
    this.addWaiting(section);
    section.steps.push(step);
  }

  private addWaiting(section: Section): void {
    for (const step of this.waiting) section.steps.push(step);
    this.waiting = [];
  }

  private openSection(heading: Headed, first: Place): Section {
    const { file, line } = heading.place ?? this.waiting[0] ?? first;
    const section: Section = { title: heading.title, file, line, steps: [] };
    this.sections.push(section);
    this.current = heading;
    return section;
  }

  private refuse(place: Place, sql: string, refused: Refused, at?: Place): void {
    const what = firstWords(sql);
    const where = at !== undefined && (at.line !== place.line || at.column !== place.column) ? at : undefined;
    const seen = where === undefined ? '' : ` (line ${where.line}, column ${where.column})`;
    const message =
      refused.code === 'syntax'
        ? `PostgreSQL cannot read this: ${refused.why}${seen}.`
        : `Refused: ${refused.why}${seen}.`;
    this.problems.push({
      ...place,
      code: refused.code,
      what,
      message: printable(message),
      ...(where === undefined ? {} : { at: where }),
    });
  }

  private command(source: Source, piece: CommandPiece, chain: string[]): void {
    const place = source.place(piece.start);
    const what = firstWords(source.text.slice(piece.start, piece.end));
    const verdict = judgeCommand(piece);
    if (verdict.as === 'left-out') {
      this.leftOut.push({ ...place, what, why: verdict.why });
    } else if (verdict.as === 'refused') {
      this.refuse(place, what, { as: 'refused', code: 'psql-command', why: verdict.why });
    } else if (piece.inStatement) {
      this.refuse(place, what, {
        as: 'refused',
        code: 'include',
        why: 'a file cannot be included in the middle of a statement',
      });
    } else {
      this.follow(source, place, what, verdict, chain);
    }
  }

  private getIncluded(source: Source, to: { path: string; relative: boolean }, chain: string[]) {
    if (chain.length > DEEPEST_INCLUDE) return { error: `files include each other more than ${DEEPEST_INCLUDE} deep` };
    if (this.includes >= MOST_INCLUDES) return { error: `more than ${MOST_INCLUDES} files are included` };
    const got = this.include(to.path, source.path, to.relative);
    return 'error' in got || !chain.includes(got.path) ? got : { error: `${got.path} includes itself` };
  }

  private follow(
    source: Source,
    place: Place,
    what: string,
    to: { path: string; relative: boolean },
    chain: string[],
  ): void {
    const got = this.getIncluded(source, to, chain);
    if ('error' in got) {
      this.refuse(place, what, { as: 'refused', code: 'include', why: got.error });
      return;
    }
    this.includes++;
    this.leftOut.push({ ...place, what, why: 'the file is read here' });
    const before = this.heading;
    if (before.place === null) this.heading = { title: printable(baseName(got.path)), place: null };
    this.file(got, [...chain, got.path]);
    this.heading = before;
  }
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) || path;
}
