import type { RollbackFactsRow } from '../queries/rollback_facts.ts';
import { namesOf, partMark, type RunState, type SurveyedIndex } from '../run/index.ts';
import { reasonToKeep } from './catalog/keep.ts';

export type Made = { step: number; oid: number; schema: string; name: string };

type Rows = ReadonlyMap<number, RollbackFactsRow>;

/** What speaks against touching these indexes, by OID. */
const reasonsToStay = (state: RunState, made: readonly Made[], rows: Rows): Map<number, string> => {
  const oids = new Set(made.map(({ oid }) => oid));
  // The outer ones first: what is attached to one that stays, stays with it.
  const staying = new Map<number, string>();
  const chosen = new Set(oids);
  for (let before = -1; before !== staying.size; ) {
    before = staying.size;
    for (const index of made) {
      const row = rows.get(index.oid);
      // The new index of a replacement has one of two names: a rename whose engine was lost may have been done or not.
      const name = namesOf(state, index).find((each) => each === row?.name) ?? index.name;
      const named = { ...index, name };
      const why = row === undefined ? null : (reasonToKeep(row, named, { made: oids, chosen })?.why ?? null);
      if (why === null || staying.has(index.oid)) continue;
      staying.set(index.oid, why);
      chosen.delete(index.oid);
    }
  }
  return staying;
};

/** These indexes of the run as the catalog shows them now, and what speaks against touching each. `bytes`: by OID. */
export const surveyedMade = (
  state: RunState,
  made: readonly Made[],
  rows: Rows,
  bytes: ReadonlyMap<number, number>,
): SurveyedIndex[] => {
  const staying = reasonsToStay(state, made, rows);
  return made.map((index) => {
    const row = rows.get(index.oid);
    const standing = !row?.there ? 'gone' : row.valid ? 'valid' : 'invalid';
    const { scans = null, last_scan: lastScan = null } = row ?? {};
    return {
      ...index,
      standing,
      kept: staying.get(index.oid) ?? null,
      bytes: bytes.get(index.oid) ?? null,
      scans,
      lastScan,
      ...(row?.attached_to == null ? {} : { attachedTo: row.attached_to }),
      ...partMark(state, index.step),
      ...(row?.kind === 'I' ? { takes: row.attached.length } : {}),
    };
  });
};

/** What the plan dropped, and whether it can be built again under its name. `there`: steps whose index is there again by now. */
export const surveyedRemoved = (state: RunState, rows: Rows, there: readonly number[]): SurveyedIndex[] => {
  const ours = new Set(state.created.map(({ oid }) => oid));
  const away = state.removed.filter(({ step }) => !there.includes(step));
  return away.map(({ step, oid, schema, name, record }): SurveyedIndex => {
    // A rollback before this one has begun to build it again: what has its name is that.
    const isBegun = state.steps[step]?.status === 'building' || state.steps[step]?.leftover !== null;
    const other = rows.get(oid)?.other_oid ?? null;
    const kept = !record.valid
      ? 'it was not valid when it was dropped: it is not built again'
      : other === null || ours.has(other) || isBegun
        ? null
        : `its name belongs to another relation by now (oid ${other}): it is not built again`;
    const { bytes, scans, lastScan } = record;
    return { step, oid, schema, name, standing: 'gone', bytes, scans, lastScan, kept, rebuild: record };
  });
};

/** What the run has made and not dropped, in the plan's order. */
export const madeBy = (state: RunState): Made[] =>
  state.created
    .map(({ step, oid, schema, name }) => ({ step, oid, schema: schema ?? '', name }))
    .sort((a, b) => a.step - b.step);
