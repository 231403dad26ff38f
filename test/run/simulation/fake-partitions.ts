import type { CreateIndexStep } from '../../../src/plan/types.ts';
import type { Found, PlannedPart, TableFacts } from '../../../src/run/index.ts';
import { createIndex } from '../../support/core.ts';
import { attachStep } from '../../support/parts.ts';
import type { FakeServer } from './fake-server.ts';

/** The tables of a server, as facts of a run. */
export const tablesIn = (server: FakeServer): TableFacts[] =>
  [...server.tables.values()].map(({ name, oid }, n) => ({ oid, schema: 'public', name, rows: n, bytes: n * 8192 }));

const nameFor = (table: string, { name }: CreateIndexStep): string => `${table}_${name}`;

/** What src/engine/catalog/partitions.ts finds that an index on a partitioned table is made of. */
export const partsFor = (server: FakeServer, create: CreateIndexStep, found: Found): PlannedPart[] => {
  const leaves: PlannedPart[] = [];
  const levels: PlannedPart[] = [];
  const attaches: PlannedPart[] = [];
  const visit = (name: string, parent: string | null): void => {
    const table = server.tables.get(name);
    if (table === undefined) return;
    const { oid: tableOid, partitions } = table;
    const own = [...server.indexes.values()].filter((index) => index.table === name && index.asPlanned);
    const attached = parent === null ? undefined : own.find((index) => index.parent === parent);
    const fit = own.find((index) => index.parent === null && (index.valid || index.partitioned));
    const root = found.kind === 'incomplete' ? { name: create.name } : undefined;
    const there = parent === null ? root : (attached ?? fit);
    const index = there?.name ?? (parent === null ? create.name : nameFor(name, create));
    const only = partitions !== null;
    if (there === undefined) {
      const more = { only, concurrently: !only, unique: create.unique, schema: 'public' };
      (only ? levels : leaves).push({ step: createIndex(index, name, more), tableOid });
    }
    if (parent !== null && attached === undefined) attaches.push({ step: attachStep(parent, index), tableOid });
    for (const partition of partitions ?? []) visit(partition, index);
  };
  visit(create.table, null);
  return [...leaves, ...levels, ...attaches.reverse()];
};
