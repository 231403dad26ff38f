import { quoteIdent } from '../../../plan/ident.ts';
import type { CreateIndexStep, Finding } from '../../../plan/types.ts';
import type { ChangeableFunction } from '../../../queries/changeable_functions.ts';
import { finding, list } from '../finding.ts';
import type { RefusalCause } from '../refusal-causes.ts';

/** What is to be said of an index that the server did not take, where it is known why; `said`: the server's words. */
export function explainedRefusal(create: CreateIndexStep, cause: RefusalCause, said: string): Finding {
  return cause.kind === 'extension' ? ofExtension(create, cause, said) : ofFunctions(create, cause.functions, said);
}

function ofExtension(
  create: CreateIndexStep,
  { need, offer }: Extract<RefusalCause, { kind: 'extension' }>,
  said: string,
): Finding {
  const { name } = offer;
  const makes = `CREATE EXTENSION ${quoteIdent(name)}`;
  if (offer.installed !== null) {
    const there = `${quoteIdent(offer.schema ?? '')}.${quoteIdent(need.name ?? '')}`;
    return finding(
      'blocks',
      'extension-not-in-path',
      {
        what: `The server does not take this index: ${said}. The extension ${name} ${offer.installed} brings ${need.what}; it is in the schema ${offer.schema}.`,
        why: 'A name without a schema is looked up in the search path, and that schema is not in it, or the extension is too old.',
        advice: `Write ${there}, or SET search_path in the plan. If that is so already: ALTER EXTENSION ${quoteIdent(name)} UPDATE.`,
      },
      create,
    );
  }
  const right = offer.may_install ? '' : ' It takes a superuser, or for a trusted extension CREATE on the database.';
  return finding(
    'blocks',
    'missing-extension',
    {
      what: `The server does not take this index: ${said}. The extension ${name} brings ${need.what}, and is not installed in this database.`,
      why: 'The build would fail at once.',
      advice:
        offer.offered === null
          ? `The server does not offer ${name}: have its package installed there, then ${makes}.`
          : `${makes} (the server offers version ${offer.offered}).${right}`,
    },
    create,
  );
}

const VOLATILITY = { s: 'STABLE', v: 'VOLATILE' } as const;

function described({ schema, name, arguments: args, cast, operator, volatility }: ChangeableFunction): string {
  const call = `${schema === 'pg_catalog' ? '' : `${schema}.`}${name}(${args})`;
  const how = cast !== null ? `the cast to ${cast}, ` : operator !== null ? `the operator ${operator}, ` : '';
  return `${how}${call}, which is ${VOLATILITY[volatility]}`;
}

function ofFunctions(create: CreateIndexStep, functions: readonly ChangeableFunction[], said: string): Finding {
  const what = `The server does not take this index: ${said}. It uses ${list(functions.map(described), 5)}.`;
  const why =
    'An index holds the answer of the moment. That of a function which is not IMMUTABLE may be another one in another session ' +
    'or at another time (TimeZone, DateStyle, locale, other tables), and the index would be wrong.';
  return finding('blocks', 'function-not-immutable', { what, why, advice: wayOut(functions) }, create);
}

/** The usual ways out, those that fit. */
function wayOut(functions: readonly ChangeableFunction[]): string {
  const ways: string[] = [];
  const builtIn = functions.filter(({ schema }) => schema === 'pg_catalog');
  if (builtIn.some(({ zoned }) => zoned)) {
    ways.push(
      "Say in which time zone: x AT TIME ZONE 'UTC' makes a timestamp without one, and what follows is IMMUTABLE, as in ((x AT TIME ZONE 'UTC')::date); queries have to say the same.",
    );
  }
  if (builtIn.some(({ zoned }) => !zoned)) {
    ways.push(
      'Store the value in a column, or compute it in an IMMUTABLE function of your own that depends on no setting.',
    );
  }
  for (const { schema, name, arguments: args } of functions.filter((each) => each.schema !== 'pg_catalog')) {
    ways.push(
      `If its answer depends on nothing but its arguments: ALTER FUNCTION ${quoteIdent(schema)}.${quoteIdent(name)}(${args}) IMMUTABLE. If not, do not: the index would give wrong answers.`,
    );
  }
  return ways.slice(0, 4).join(' ');
}
