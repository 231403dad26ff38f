import { printable } from './printable.ts';
import type { CreateIndexStep, Section, SectionStep, SetStep } from './types.ts';

/** A table as a statement names it. */
interface TableName {
  schema: string | null;
  table: string;
  /** Where it is looked up when no schema is given; null: not known. */
  searchPath: string[] | null;
}

/** A section being gathered; `table` is null for what is about no table, or about several. */
interface Gathered {
  table: TableName | null;
  section: Section;
}

/**
 * What stands under no heading, as one section for each table, in the order in which they come first. Order is kept within a
 * table. A statement about several tables, or about one that is not known, gets a section of its own: it ends those before
 * it, since it may need what they make, and the tables after it begin anew. Settings alone are about no table.
 */
export function sectionsByTable({ steps, file }: Section): Section[] {
  const tables = new TablesOfIndexes(steps);
  const all: Section[] = [];
  /** Of tables whose sections may still grow, by the table's bare name. */
  let open = new Map<string, Gathered[]>();
  let waiting: SetStep[] = [];
  const begin = (title: string, first: SectionStep, byTable: boolean): Section => {
    const { line } = waiting[0] ?? first;
    const section: Section = { title: printable(title), file, line, ...(byTable ? { byTable } : {}), steps: [] };
    all.push(section);
    return section;
  };
  const ofTable = (table: TableName, step: SectionStep): Section => {
    const namesakes = open.get(table.table) ?? [];
    const known = namesakes.find((each) => each.table !== null && mayBeTheSame(each.table, table));
    if (known !== undefined) return known.section;
    const section = begin(titleOf(table, namesakes), step, true);
    open.set(table.table, [...namesakes, { table, section }]);
    return section;
  };
  const ofSeveral = (title: string, step: SectionStep): Section => {
    const last = all.at(-1);
    open = new Map();
    return last?.byTable === undefined && last?.title === printable(title) ? last : begin(title, step, false);
  };
  for (const step of steps) {
    if (step.kind === 'set') {
      waiting.push(step);
      continue;
    }
    const about = tables.of(step);
    const [table, ...others] = about;
    const section =
      table !== undefined && others.length === 0 ? ofTable(table, step) : ofSeveral(inWords(step, about), step);
    section.steps.push(...waiting, step);
    waiting = [];
  }
  all.at(-1)?.steps.push(...waiting);
  return all;
}

/** Tells which tables a step is about; that of an index is known from the plan alone. */
class TablesOfIndexes {
  private readonly byName: Map<string, CreateIndexStep[]>;

  constructor(steps: readonly SectionStep[]) {
    this.byName = Map.groupBy(
      steps.filter((step) => step.kind === 'create-index'),
      ({ name }) => name,
    );
  }

  of(step: Exclude<SectionStep, SetStep>): TableName[] {
    const { searchPath } = step;
    switch (step.kind) {
      case 'create-index':
        return [{ schema: step.schema, table: step.table, searchPath }];
      case 'analyze':
        return step.tables.map(({ schema, table }) => ({ schema, table, searchPath }));
      case 'rename-index':
        return [{ schema: step.schema, table: step.table, searchPath }];
      // Of its indexes' tables there are two, and what it needs stands before it.
      case 'attach-partition':
        return [];
      case 'reindex':
        if (step.of === 'table') return [{ schema: step.schema, table: step.name, searchPath }];
        return this.ofIndex(step.schema, step.name);
      case 'drop-index':
      case 'comment':
        return this.ofIndex(step.schema, step.name);
    }
  }

  private ofIndex(schema: string | null, name: string): TableName[] {
    const found = (this.byName.get(name) ?? []).filter(
      (index) => schema === null || index.schema === null || index.schema === schema,
    );
    return found.map((index) => ({ schema: index.schema, table: index.table, searchPath: index.searchPath }));
  }
}

/** They are one table as far as their names tell: what concerns it stays in one section, and so in order. */
function mayBeTheSame(a: TableName, b: TableName): boolean {
  const [places, others] = [schemasOf(a), schemasOf(b)];
  return places === null || others === null || places.some((schema) => others.includes(schema));
}

function schemasOf({ schema, searchPath }: TableName): string[] | null {
  return schema === null ? searchPath : [schema];
}

function titleOf({ schema, table, searchPath }: TableName, namesakes: readonly Gathered[]): string {
  if (schema !== null) return `${schema}.${table}`;
  const beside = namesakes.length > 0 && searchPath !== null;
  return beside ? `${table} (search_path ${searchPath.join(', ')})` : table;
}

function inWords(step: SectionStep, tables: readonly TableName[]): string {
  if (tables.length > 0) return tables.map((each) => titleOf(each, [])).join(', ');
  if (step.kind === 'attach-partition') return `partitions of ${step.name}`;
  return step.kind === 'analyze' ? 'the whole database' : 'other indexes';
}
