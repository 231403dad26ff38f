import { type FunctionFound, functionsNamed, functionsOfViews } from '../../queries/functions_named.ts';
import type { Session } from '../session.ts';
import { calledFunctions, namedRelations } from './called-functions.ts';
import { isHarmless } from './harmless-functions.ts';

const listed = (functions: readonly FunctionFound[]): string =>
  functions.map(({ schema, name }) => (schema === null ? `${name}()` : `${schema}.${name}()`)).join(', ');

const isRisky = ({ schema, name }: FunctionFound): boolean => !isHarmless(schema, name);

/**
 * Why a statement that would be run for a measurement is not: it calls functions of which nobody can say that they only read,
 * by itself or through a view. Null when nothing speaks against it. A name counts if any function of that name is VOLATILE.
 */
export async function refusalOfFunctions(session: Session, sql: string): Promise<string | null> {
  const called = (await functionsNamed(session, await calledFunctions(sql))).filter(isRisky);
  const hidden = called.length > 0 ? [] : await functionsOfViews(session, await namedRelations(sql));
  const through = hidden.filter(isRisky);
  if (called.length === 0 && through.length === 0) return null;
  const what = called.length > 0 ? `It calls ${listed(called)}` : `It reads a view that calls ${listed(through)}`;
  return (
    `${what}, declared VOLATILE, which may do more than read, also in a read-only session: it was not run. ` +
    'Declare the function STABLE if all it does is read.'
  );
}
