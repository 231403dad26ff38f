import { dropText } from './drop-statement.ts';
import { type Explained, explainRefusal, mayBeLeftOut } from './explain-refusal.ts';
import type { CodedFinding as Finding } from './findings/index.ts';
import { Fingerprint } from './fingerprint.ts';
import { commentRuns, type Heading, headingOf, headingOfEcho, notesOf } from './headings.ts';
import { NOT_INDEXES } from './left-out.ts';
import { calledOf, madeBy } from './made.ts';
import { elsewhere } from './migrations/elsewhere.ts';
import { MigrationFiles } from './migrations/files.ts';
import { type MigrationReading, migrationReading } from './migrations/reading.ts';
import { firstWords, printable } from './printable.ts';
import { problemOf } from './problem.ts';
import { judgeCommand } from './psql.ts';
import { isRefusedByWords } from './refusals.ts';
import { Trace } from './rewrite/trace.ts';
import { type PlannedIndex, Rivals } from './rivals.ts';
import { Sections } from './sections.ts';
import { Session } from './session.ts';
import { decode, type Source } from './source.ts';
import { type CommandPiece, type CommentPiece, type Piece, type StatementPiece, split } from './split.ts';
import { type Refused, readStatement } from './statement.ts';
import { StepMaker } from './steps.ts';
import type {
  DropIndexStep,
  Include,
  LeftOut,
  Place,
  PlanOptions,
  Problem,
  ReindexStep,
  SectionStep,
  SourceFile,
  ValidationStep,
} from './types.ts';

const DEEPEST_INCLUDE = 16;
const MOST_INCLUDES = 1000;
/** What a statement that cannot be read was meant to be takes several parses to find out: nobody reads more of them. */
const MOST_EXPLAINED = 1000;
/** What is left out of a file with nothing in it. */
export const WHOLE_FILE = 'the whole file';
/** psql commands that touch data or files and nothing of what the rest means. */
const BESIDE: ReadonlySet<string> = new Set(['copy', '!', 'o', 'out', 'w', 'write']);
const OWN_TRANSACTION =
  'every statement is sent on its own, since CREATE INDEX CONCURRENTLY cannot run in a transaction';

/** A statement of the file that is read, where it stands. */
interface Standing {
  source: Source;
  piece: StatementPiece;
  place: Place;
  reading: MigrationReading | null;
}

/** Walks the files of a plan in psql's order and gathers what they say. */
export class Reader {
  readonly sections = new Sections();
  readonly validations: ValidationStep[] = [];
  readonly leftOut: LeftOut[] = [];
  readonly problems: Problem[] = [];
  readonly findings: Finding[] = [];
  readonly files: string[] = [];
  readonly fingerprint = new Fingerprint();
  readonly session = new Session();
  readonly migrations = new MigrationFiles();
  /** Lines of BEGIN and COMMIT. */
  readonly transactionLines: Place[] = [];
  /** SELECTs and EXPLAINs that stand before an index of the same plan. */
  readonly earlySelects: Place[] = [];
  private readonly pendingSelects: Place[] = [];
  /** The indexes, for the comparisons among them. */
  readonly indexes: PlannedIndex[] = [];
  /** The indexes that it drops, and how many it has made before each of them. */
  readonly drops: { step: DropIndexStep; after: number }[] = [];
  /** What it rebuilds, and how many indexes it has made, and how many dropped, before each of them. */
  readonly reindexes: { step: ReindexStep; after: number; afterDrops: number }[] = [];
  /** Tables that statements which are left out would make. */
  readonly tablesLeftOut = new Map<string, Place & { kind: string }>();
  private readonly functionsLeftOut = new Set<string>();
  /** Lines in comments that say CREATE INDEX: for the sentence about a file with nothing else in it. */
  readonly commentedOut: Place[] = [];
  readonly trace: Trace;
  private readonly rivals = new Rivals();
  /** Files that are no way back: of several, each is a section where it has no headings. */
  private forward = 0;
  private includes = 0;
  private readonly include: Include;
  private readonly options: PlanOptions;
  private readonly steps: StepMaker;

  /** `traced` keeps what was done with every piece, to write the plan back. */
  constructor(include: Include, options: PlanOptions, traced = false) {
    this.include = include;
    this.trace = new Trace(traced);
    this.options = options;
    this.steps = new StepMaker(this.session, options, this.findings);
  }

  read(file: SourceFile): void {
    this.sections.nameOf(file.path);
    this.file(file, [file.path]);
  }

  finish(): void {
    this.sections.finish(this.forward > 1);
  }

  private file(file: SourceFile, chain: string[]): void {
    this.files.push(file.path);
    const source = decode(file);
    if (!('text' in source)) {
      this.problems.push(source);
      return;
    }
    this.trace.add({ as: 'file', source });
    const reading = chain.length === 1 ? migrationReading(file, source.text) : null;
    if (reading !== null) this.migrations.add(reading);
    if (reading?.part !== 'down') this.forward++;
    const isMark = (comment: string, ownLine: boolean) => reading?.isMark(comment, ownLine) === true;
    const pieces = commentRuns(source.text, split(source.text, isMark), ({ text, ownLine }) => isMark(text, ownLine));
    let live = false;
    for (const piece of pieces) {
      this.piece(source, piece, reading, chain);
      live ||= !Array.isArray(piece) && piece.type !== 'comment';
    }
    if (!live && chain.length === 1) this.nothingLive(source);
    this.trace.add({ as: 'file-ends', source });
  }

  private piece(source: Source, piece: Piece | CommentPiece[], reading: MigrationReading | null, chain: string[]) {
    if (Array.isArray(piece)) this.comments(source, piece, reading);
    else if (piece.type === 'statement') this.statement(source, piece, reading);
    else if (piece.type === 'command') this.command(source, piece, reading, chain);
    else if (piece.type === 'comment') this.soleComment(source, piece, reading);
    else this.drop(source, piece);
  }

  private comments(source: Source, run: CommentPiece[], reading: MigrationReading | null): void {
    const live = reading === null || reading.part === 'up';
    for (const comment of run) {
      this.comment(source, comment, null);
      if (live) this.trace.add({ as: 'comment', source, ...comment });
      else this.drop(source, comment);
    }
    if (!live) return;
    const heading = headingOf(run);
    if (heading !== null) this.head(heading, source.place(heading.at), 'comment');
    else this.sections.note(notesOf(run));
  }

  private head(heading: Pick<Heading, 'title' | 'notes'>, place: Place, from: 'comment' | 'echo' | 'mark'): void {
    this.sections.head(heading, place, from === 'mark');
    this.trace.add({ as: 'heading', headed: this.sections.heading, shown: from === 'comment' });
  }

  private drop(source: Source, { start, end }: { start: number; end: number }, transaction?: 'begin' | 'commit'): void {
    this.trace.add({ as: 'drop', source, start, end, ...(transaction === undefined ? {} : { transaction }) });
  }

  /** A comment behind a statement, or a mark of a migration tool. */
  private soleComment(source: Source, comment: CommentPiece, reading: MigrationReading | null): void {
    const isMark = reading?.isMark(comment.text, comment.ownLine) === true;
    const live = reading === null || reading.part === 'up';
    if (live && !isMark) this.trace.add({ as: 'comment', source, ...comment });
    else this.drop(source, comment);
    this.comment(source, comment, reading);
  }

  private comment(source: Source, comment: CommentPiece, reading: MigrationReading | null): void {
    if (comment.unclosed) this.unclosedComment(source, comment.start, comment.text);
    if (/\bcreate\s+(?:unique\s+)?index\b/i.test(comment.text)) this.commentedOut.push(source.place(comment.start));
    const said = reading?.take(comment.text, comment.ownLine) ?? null;
    if (reading === null || said === null) return;
    const place = source.place(comment.start);
    const unseen = said.as === 'refused' ? null : reading.unseen(comment.text, place.column);
    if (unseen !== null) this.migrations.unseenMark(place, comment.text, unseen, reading);
    if (said.as === 'heading' && said.part === 'up')
      this.head({ title: printable(said.title), notes: [] }, place, 'mark');
    if (said.as === 'way-back')
      this.migrations.wayBackInComment(source, comment.start + said.offset, said.sql, reading);
    if (said.as === 'refused' && reading.part !== 'down' && reading.part !== 'ignored')
      this.problem(source, place, comment.start, comment.text, {
        as: 'refused',
        code: 'migration-directive',
        why: said.why,
      });
  }

  private unclosedComment(source: Source, at: number, text: string): void {
    const why = 'the comment that opens here is never closed, so that the rest of the file belongs to it';
    this.problem(source, source.place(at), at, text, { as: 'refused', code: 'unclosed', why });
  }

  private nothingLive(source: Source): void {
    const place = source.place(0);
    this.leftOut.push({ ...place, what: WHOLE_FILE, why: 'nothing in it is live: no statement outside of comments' });
  }

  private statement(source: Source, piece: StatementPiece, reading: MigrationReading | null): void {
    const standing = { source, piece, place: source.place(piece.start), reading };
    if (reading !== null && this.putElsewhere(standing, reading)) return;
    const read = readStatement(piece, this.options);
    const { place } = standing;
    switch (read.as) {
      case 'refused':
        this.refused(standing, read);
        return;
      case 'transaction':
        this.transactionLines.push(place);
        this.session.transaction(read.word);
        this.leave(standing, OWN_TRANSACTION, read.word);
        return;
      case 'set': {
        const made = this.steps.set(place, piece, read);
        if ('why' in made) this.leave(standing, made.why);
        else this.add(standing, made, read.tree);
        return;
      }
      case 'select':
      case 'explain': {
        const missing = calledOf(read.tree, this.functionsLeftOut);
        if (missing !== null)
          this.leaveOther(standing, `it calls ${missing}(), which a statement that is left out makes`);
        else this.validate(standing, this.steps.validation(place, piece, read), read.tree);
        return;
      }
      case 'create-index': {
        const made = this.steps.createIndex(place, piece, read);
        if ('as' in made) {
          this.refused(standing, made);
          return;
        }
        this.fingerprint.addIndex(read.node);
        this.put(standing, made);
        this.indexes.push(this.rivals.add(made, read.node));
        this.migrations.created(reading, made);
        for (const early of this.pendingSelects.splice(0)) this.earlySelects.push(early);
        return;
      }
      case 'drop-index': {
        const steps = this.steps.dropIndexes(place, piece, read);
        for (const [n, step] of steps.entries()) {
          this.fingerprint.addDrop(read.indexes[n]?.node ?? {});
          this.sections.add(step);
          this.drops.push({ step, after: this.indexes.length });
        }
        this.keepDrops(standing, steps);
        return;
      }
      case 'reindex': {
        const step = this.steps.reindex(place, piece, read);
        this.fingerprint.addReindex(read.node);
        this.put(standing, step);
        this.reindexes.push({ step, after: this.indexes.length, afterDrops: this.drops.length });
        return;
      }
      case 'attach-partition':
        this.add(standing, this.steps.attachPartition(place, piece, read), read.tree);
        return;
      case 'analyze':
        this.add(standing, this.steps.analyze(place, piece, read), read.tree);
        return;
      case 'comment':
        this.add(standing, this.steps.comment(place, piece, read), read.tree);
    }
  }

  /** Puts a statement that is not the plan's where it belongs; false when it is the plan's. */
  private putElsewhere(standing: Standing, reading: MigrationReading): boolean {
    const { source, piece, place } = standing;
    const found = elsewhere(piece, reading);
    if (found === null) return false;
    const { as, why } = found;
    if (as === 'way-back') this.migrations.wayBack(place, piece, reading);
    if (as !== 'refused') this.leave(standing, why);
    else this.problem(source, place, piece.start, piece.sql, { as, code: 'migration-directive', why });
    return true;
  }

  private leave({ source, piece, place }: Standing, why: string, transaction?: 'begin' | 'commit'): void {
    this.leftOut.push({ ...place, what: firstWords(piece.sql), why });
    this.drop(source, piece, transaction);
  }

  private add(standing: Standing, step: SectionStep, tree: unknown): void {
    this.fingerprint.add(step.kind, tree);
    this.put(standing, step);
  }

  private put(standing: Standing, step: SectionStep): void {
    this.sections.add(step);
    this.keep(standing, step);
  }

  private validate(standing: Standing, step: ValidationStep, tree: unknown): void {
    this.validations.push(step);
    this.pendingSelects.push(standing.place);
    this.fingerprint.add(step.kind, tree);
    this.keep(standing, step);
  }

  private keep({ source, piece }: Standing, step: SectionStep | ValidationStep): void {
    const { start, end, sql: text } = piece;
    this.trace.add({ as: 'keep', source, start, end, text, step, headed: this.sections.heading });
  }

  /** Several indexes of one statement are written back one by one. */
  private keepDrops({ source, piece }: Standing, steps: readonly DropIndexStep[]): void {
    const { start, end } = piece;
    const [step] = steps;
    if (step === undefined) return;
    const text = steps.length === 1 ? piece.sql : steps.map(dropText).join(';\n');
    this.trace.add({ as: 'keep', source, start, end, text, step, headed: this.sections.heading });
  }

  private refused(standing: Standing, refused: Refused): void {
    const { source, piece, place } = standing;
    const inBrief = refused.code === 'syntax' && this.problems.length >= MOST_EXPLAINED;
    const explained: Explained = inBrief ? refused : explainRefusal(piece, refused);
    const variable = explained.code === 'psql-variable' && isRefusedByWords(piece.words);
    if (this.options.onlyIndexes === true && (variable || mayBeLeftOut(piece, explained))) {
      this.leaveOther(standing, explained.why);
      return;
    }
    const at = explained.at === undefined ? undefined : source.place(piece.start + explained.at);
    this.problem(source, place, piece.start, piece.sql, explained, at);
    const { fix } = explained;
    const { start, end } = piece;
    this.trace.add({ as: 'problem', source, start, end, ...(fix === undefined ? {} : { fix }) });
  }

  /** A statement that is no work on indexes. */
  private leaveOther(standing: Standing, why: string): void {
    const { piece, place, reading } = standing;
    this.leave(standing, `${NOT_INDEXES}: ${printable(why)}`);
    this.migrations.leftOut(reading, place);
    const made = madeBy(piece.sql);
    if (made?.kind === 'function') this.functionsLeftOut.add(made.name);
    else if (made !== null) this.tablesLeftOut.set(made.name, { ...place, kind: made.kind });
  }

  private problem(source: Source, place: Place, from: number, sql: string, refused: Explained, at?: Place): void {
    this.problems.push(problemOf(source, place, from, sql, refused, at));
  }

  private command(source: Source, piece: CommandPiece, reading: MigrationReading | null, chain: string[]): void {
    // Within a statement it is blanked in the statement's own text.
    if (!piece.inStatement) this.drop(source, piece);
    const place = source.place(piece.start);
    const what = firstWords(source.text.slice(piece.start, piece.end));
    if (reading !== null && (reading.part === 'down' || reading.part === 'ignored')) {
      this.leftOut.push({ ...place, what, why: `${reading.tool.name} does not run it on the way up` });
      return;
    }
    const verdict = judgeCommand(piece);
    const refuse = (code: string, why: string) =>
      this.problem(source, place, piece.start, what, { as: 'refused', code, why });
    if (verdict.as === 'left-out') {
      this.leftOut.push({ ...place, what, why: verdict.why });
      if (/^(?:q?echo|warn)$/.test(piece.name) && !piece.inStatement) this.echoed(piece, place);
    } else if (verdict.as === 'refused') {
      const beside = this.options.onlyIndexes === true && BESIDE.has(piece.name) && !piece.inStatement;
      if (beside) {
        this.leftOut.push({ ...place, what, why: `${NOT_INDEXES}: ${verdict.why}` });
        this.migrations.leftOut(reading, place);
      } else refuse('psql-command', verdict.why);
    } else if (piece.inStatement) {
      refuse('include', 'a file cannot be included in the middle of a statement');
    } else {
      const got = this.getIncluded(source, verdict, chain);
      if ('error' in got) refuse('include', got.error);
      else this.follow(got, { ...place, what, why: 'the file is read here' }, chain);
    }
  }

  private echoed(piece: CommandPiece, place: Place): void {
    const heading = headingOfEcho(piece.args, piece.start);
    if (heading !== null) this.head(heading, place, 'echo');
  }

  private getIncluded(source: Source, to: { path: string; relative: boolean }, chain: string[]) {
    if (chain.length > DEEPEST_INCLUDE) return { error: `files include each other more than ${DEEPEST_INCLUDE} deep` };
    if (this.includes >= MOST_INCLUDES) return { error: `more than ${MOST_INCLUDES} files are included` };
    const got = this.include(to.path, source.path, to.relative);
    return 'error' in got || !chain.includes(got.path) ? got : { error: `${got.path} includes itself` };
  }

  private follow(file: SourceFile, left: LeftOut, chain: string[]): void {
    this.includes++;
    this.leftOut.push(left);
    const before = this.sections.heading;
    if (before.place === null) this.sections.nameOf(file.path);
    this.file(file, [...chain, file.path]);
    this.sections.heading = before;
  }
}
