import { type IndexKeys, indexKeys } from './index-keys.ts';
import { parseIndex } from './index-statement.ts';
import { Interned } from './interned.ts';
import type { IndexStmt } from './parser.ts';
import type { CreateIndexStep } from './types.ts';

/** An index of the plan with what it is compared by; null while no other one could be the same or lead it. */
export interface PlannedIndex {
  step: CreateIndexStep;
  keys: IndexKeys | null;
}

/**
 * Indexes that have to be compared: on one table, with the same first column. Most have no rival in a script, and keys take
 * several times as long to make as all else that is done with a statement once it is parsed.
 */
export class Rivals {
  private readonly ids = new Interned();
  private readonly firsts = new Map<string, PlannedIndex>();

  add(step: CreateIndexStep, node: IndexStmt): PlannedIndex {
    // Without the schema: that two are compared in vain does no harm.
    const meeting = `${step.table} ${firstColumn(node)}`;
    const first = this.firsts.get(meeting);
    const index = { step, keys: first === undefined ? null : indexKeys(node, this.ids) };
    if (first === undefined) this.firsts.set(meeting, index);
    else first.keys ??= this.keysOf(first.step);
    return index;
  }

  private keysOf({ buildSql }: CreateIndexStep): IndexKeys | null {
    const node = parseIndex(buildSql);
    return node === null ? null : indexKeys(node, this.ids);
  }
}

/** The table as far as the plan tells which one it is. */
export function tableKey({ schema, searchPath, table }: CreateIndexStep): string {
  return JSON.stringify([schema ?? searchPath, table]);
}

/** Expressions are all one: they are told apart by their keys. */
function firstColumn({ indexParams }: IndexStmt): string {
  const first = indexParams?.[0] as { IndexElem?: { name?: string } } | undefined;
  return first?.IndexElem?.name ?? '';
}
