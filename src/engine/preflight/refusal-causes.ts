import pg from 'pg';
import { quoteQualified } from '../../plan/ident.ts';
import { indexExpressions, namedInIndex } from '../../plan/index-expressions.ts';
import {
  type ChangeableFunction,
  changeableFunctions,
  type ExpressionTrial,
} from '../../queries/changeable_functions.ts';
import { type ExtensionOffer, extensionsOffered } from '../../queries/extensions_offered.ts';
import { searchPathText } from '../catalog/search-path.ts';
import type { Session } from '../session.ts';
import type { IndexFinding } from './facts.ts';
import { defaultClassFrom, type Need, needsOf } from './known-extensions.ts';

/** Why the server did not take a planned index, where more can be said than it says itself. */
export type RefusalCause =
  | { kind: 'extension'; need: Need; offer: ExtensionOffer }
  | { kind: 'functions'; functions: ChangeableFunction[] };

/** undefined_object and undefined_function: something is missing. invalid_object_definition: among others, not IMMUTABLE. */
const MISSING: readonly string[] = ['42704', '42883'];
const INVALID = '42P17';

const refusal = ({ tried }: IndexFinding): { sqlstate: string; message: string } | null =>
  tried !== null && 'sqlstate' in tried && tried.copied ? tried : null;

/** Looks into refusals only where there are some, in four statements at most. By step. */
export async function refusalCauses(
  session: Session,
  indexes: readonly IndexFinding[],
): Promise<Map<number, RefusalCause>> {
  return new Map([...(await missing(session, indexes)), ...(await changeable(session, indexes))]);
}

async function missing(session: Session, indexes: readonly IndexFinding[]): Promise<[number, RefusalCause][]> {
  const needs = indexes.flatMap((index) => {
    const refused = refusal(index);
    const named = refused === null ? null : namedInIndex(index.create.buildSql);
    if (refused === null || named === null || !MISSING.includes(refused.sqlstate)) return [];
    const own = needsOf(named);
    const byDefault = named.usesDefaults ? defaultClassFrom(named.method, refused.message) : null;
    return [{ step: index.step, needs: own.length > 0 || byDefault === null ? own : [byDefault], refused }];
  });
  const names = [...new Set(needs.flatMap((each) => each.needs.map(({ extension }) => extension)))];
  if (names.length === 0) return [];
  const offers = new Map((await extensionsOffered(session, names)).map((offer) => [offer.name, offer]));
  return needs.flatMap(({ step, needs: its, refused }) => {
    // The one that the server stumbled over comes first, then one that is not installed.
    const [need] = [...its].sort((a, b) => weight(b) - weight(a));
    function weight({ name, extension }: Need): number {
      const said = name !== null && refused.message.includes(name) ? 2 : 0;
      return said + (offers.get(extension)?.installed === null ? 1 : 0);
    }
    const offer = need === undefined ? undefined : offers.get(need.extension);
    if (need === undefined || offer === undefined) return [];
    // What has no schema is found wherever its extension is: it was something else.
    if (offer.installed !== null && need.name === null) return [];
    return [[step, { kind: 'extension', need, offer }] as [number, RefusalCause]];
  });
}

async function changeable(session: Session, indexes: readonly IndexFinding[]): Promise<[number, RefusalCause][]> {
  const trials = new Map<string, ExpressionTrial>();
  for (const index of indexes) {
    const { row, create, step } = index;
    if (refusal(index)?.sqlstate !== INVALID || row.table_schema === null || row.table_name === null) continue;
    const expressions = indexExpressions(create.buildSql);
    if (expressions.length === 0) continue;
    const path = create.searchPath === null ? null : searchPathText(create.searchPath);
    const key = `${row.table_oid} ${path}`;
    const like = quoteQualified(row.table_schema, row.table_name);
    const trial = trials.get(key) ?? { like, path, checks: [] };
    trials.set(key, trial);
    trial.checks.push({ step, expressions });
  }
  if (trials.size === 0) return [];
  try {
    const found = await changeableFunctions(session, [...trials.values()]);
    return [...found].flatMap(([step, functions]) =>
      functions.length === 0 ? [] : [[step, { kind: 'functions', functions }] as [number, RefusalCause]],
    );
  } catch (error) {
    // The server's own words have to do.
    if (error instanceof pg.DatabaseError && !session.lost) return [];
    throw error;
  }
}
