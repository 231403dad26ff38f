import { clipBytes, MAX_NAME_BYTES } from './ident.ts';
import type { IndexStmt } from './parser.ts';
import { names } from './tree.ts';

type AnyNode = Record<string, Record<string, unknown> | undefined>;

/**
 * The name PostgreSQL gives an index that the statement does not name: table_col1_col2_idx, cut to 63 bytes, with a
 * number after `idx` while `taken` says so. Follows ChooseIndexName and its helpers in the server's indexcmds.c.
 */
export function defaultIndexName(index: IndexStmt, taken: (name: string) => boolean = () => false): string {
  const columns = columnNames([...(index.indexParams ?? []), ...(index.indexIncludingParams ?? [])]);
  const table = index.relation?.relname ?? '';
  for (let pass = 0; ; pass++) {
    const name = makeObjectName(table, nameAddition(columns), pass === 0 ? 'idx' : `idx${pass}`);
    if (!taken(name)) return name;
  }
}

function columnNames(elements: readonly unknown[]): string[] {
  const chosen: string[] = [];
  for (const element of elements) {
    const { name, expr } = (element as { IndexElem?: { name?: string; expr?: AnyNode } }).IndexElem ?? {};
    const original = name ?? figure(expr).name ?? 'expr';
    let unique = original;
    for (let i = 1; chosen.includes(unique); i++) {
      unique = clipBytes(original, MAX_NAME_BYTES - String(i).length) + i;
    }
    chosen.push(unique);
  }
  return chosen;
}

/** The columns joined by underscores; the server stops at the first 64 bytes. */
function nameAddition(columns: readonly string[]): string {
  let joined = '';
  for (const column of columns) {
    if (joined !== '') joined += '_';
    joined += clipBytes(column, MAX_NAME_BYTES);
    if (Buffer.byteLength(joined) > MAX_NAME_BYTES) break;
  }
  return joined;
}

/** Table, columns and label joined; the longer of the first two gives way until it fits. */
function makeObjectName(table: string, columns: string, label: string): string {
  const available = MAX_NAME_BYTES - (label.length + 1) - 1;
  let first = Buffer.byteLength(table);
  let second = Buffer.byteLength(columns);
  while (first + second > available) {
    if (first > second) first--;
    else second--;
  }
  return `${clipBytes(table, first)}_${clipBytes(columns, second)}_${label}`;
}

interface Figured {
  name: string | null;
  /** 2: a good name; 1: a weak one, which an outer construct may replace; 0: none. */
  strength: 0 | 1 | 2;
}

const NONE: Figured = { name: null, strength: 0 };

const FIXED: Readonly<Record<string, string>> = {
  GroupingFunc: 'grouping',
  A_ArrayExpr: 'array',
  RowExpr: 'row',
  CoalesceExpr: 'coalesce',
  XmlSerialize: 'xmlserialize',
  JsonParseExpr: 'json',
  JsonScalarExpr: 'json_scalar',
  JsonSerializeExpr: 'json_serialize',
  JsonObjectConstructor: 'json_object',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonArrayAgg: 'json_arrayagg',
};

const BY_OP: Readonly<Record<string, string>> = {
  IS_GREATEST: 'greatest',
  IS_LEAST: 'least',
  IS_XMLCONCAT: 'xmlconcat',
  IS_XMLELEMENT: 'xmlelement',
  IS_XMLFOREST: 'xmlforest',
  IS_XMLPARSE: 'xmlparse',
  IS_XMLPI: 'xmlpi',
  IS_XMLROOT: 'xmlroot',
  JSON_EXISTS_OP: 'json_exists',
  JSON_QUERY_OP: 'json_query',
  JSON_VALUE_OP: 'json_value',
};

/** FigureColnameInternal of the server: what an expression would be called as a column. */
function figure(node: AnyNode | undefined): Figured {
  if (node === undefined) return NONE;
  const [kind = '', body = {}] = Object.entries(node)[0] ?? [];
  switch (kind) {
    case 'ColumnRef':
      return good(names(body.fields).at(-1));
    case 'A_Indirection': {
      const field = names(body.indirection).at(-1);
      return field === undefined ? figure(body.arg as AnyNode) : good(field);
    }
    case 'FuncCall':
      return good(names(body.funcname).at(-1));
    case 'A_Expr':
      return body.kind === 'AEXPR_NULLIF' ? good('nullif') : NONE;
    case 'TypeCast':
      return figureOr(body.arg, names((body.typeName as Record<string, unknown> | undefined)?.names).at(-1));
    case 'CaseExpr':
      return figureOr(body.defresult, 'case');
    case 'CollateClause':
      return figure(body.arg as AnyNode);
    case 'MinMaxExpr':
    case 'XmlExpr':
    case 'JsonFuncExpr':
      return good(BY_OP[String(body.op)]);
    case 'SQLValueFunction':
      return good(
        String(body.op)
          .replace(/^SVFOP_/, '')
          .replace(/_N$/, '')
          .toLowerCase(),
      );
    default:
      return good(FIXED[kind]);
  }
}

function figureOr(inner: unknown, weak: string | undefined): Figured {
  const figured = figure(inner as AnyNode | undefined);
  return figured.strength === 2 || weak === undefined ? figured : { name: weak, strength: 1 };
}

function good(name: string | undefined): Figured {
  return name === undefined ? NONE : { name, strength: 2 };
}
