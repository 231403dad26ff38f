import type { NamedInIndex } from '../../plan/index-expressions.ts';

/** Names with spaces between. */
export interface Brings {
  methods?: string;
  opclasses?: string;
  functions?: string;
  types?: string;
}

/** What well-known extensions bring that an index statement may name, each name under one extension only. */
export const EXTENSIONS: Readonly<Record<string, Brings>> = {
  pg_trgm: {
    opclasses: 'gin_trgm_ops gist_trgm_ops',
    functions: 'similarity word_similarity strict_word_similarity show_trgm',
  },
  pg_bigm: { opclasses: 'gin_bigm_ops', functions: 'bigm_similarity show_bigm' },
  btree_gist: {
    opclasses: `gist_int2_ops gist_int4_ops gist_int8_ops gist_float4_ops gist_float8_ops gist_numeric_ops gist_cash_ops
      gist_oid_ops gist_timestamp_ops gist_timestamptz_ops gist_time_ops gist_timetz_ops gist_date_ops gist_interval_ops
      gist_text_ops gist_bpchar_ops gist_bytea_ops gist_bit_ops gist_vbit_ops gist_inet_ops gist_cidr_ops
      gist_macaddr_ops gist_macaddr8_ops gist_uuid_ops gist_enum_ops gist_bool_ops`,
  },
  hstore: {
    opclasses: 'gin_hstore_ops gist_hstore_ops btree_hstore_ops hash_hstore_ops',
    functions: 'hstore akeys avals hstore_to_jsonb hstore_to_json',
    types: 'hstore',
  },
  ltree: {
    opclasses: 'ltree_ops gist_ltree_ops gist__ltree_ops hash_ltree_ops',
    functions: 'nlevel subltree subpath text2ltree ltree2text',
    types: 'ltree lquery ltxtquery',
  },
  intarray: { opclasses: 'gin__int_ops gist__int_ops gist__intbig_ops', functions: 'icount' },
  citext: { opclasses: 'citext_ops citext_pattern_ops', types: 'citext' },
  cube: { opclasses: 'cube_ops gist_cube_ops', functions: 'cube cube_distance', types: 'cube' },
  seg: { opclasses: 'seg_ops gist_seg_ops', types: 'seg' },
  isn: {
    opclasses: 'isbn_ops isbn13_ops issn_ops issn13_ops ean13_ops upc_ops',
    types: 'isbn isbn13 issn issn13 ean13 upc',
  },
  earthdistance: { functions: 'll_to_earth earth_distance earth_box latitude longitude', types: 'earth' },
  bloom: { methods: 'bloom' },
  unaccent: { functions: 'unaccent' },
  pgcrypto: { functions: 'digest hmac crypt' },
  fuzzystrmatch: {
    functions: 'soundex difference levenshtein metaphone dmetaphone dmetaphone_alt daitch_mokotoff',
  },
  vector: {
    methods: 'hnsw ivfflat',
    opclasses: `vector_ops vector_l2_ops vector_ip_ops vector_cosine_ops vector_l1_ops halfvec_ops halfvec_l2_ops halfvec_ip_ops
      halfvec_cosine_ops halfvec_l1_ops sparsevec_l2_ops sparsevec_ip_ops sparsevec_cosine_ops sparsevec_l1_ops bit_hamming_ops
      bit_jaccard_ops`,
    functions: 'binary_quantize l2_normalize subvector vector_dims',
    types: 'vector halfvec sparsevec',
  },
  vectorscale: { methods: 'diskann' },
  vchord: { methods: 'vchordrq vchordg' },
  postgis: {
    opclasses: `gist_geometry_ops_2d gist_geometry_ops_nd gist_geography_ops spgist_geometry_ops_2d spgist_geometry_ops_3d
      spgist_geometry_ops_nd spgist_geography_ops_nd btree_geometry_ops btree_geography_ops hash_geometry_ops
      brin_geometry_inclusion_ops_2d brin_geometry_inclusion_ops_3d brin_geometry_inclusion_ops_4d brin_geography_inclusion_ops`,
    functions: `st_makepoint st_point st_setsrid st_transform st_centroid st_geohash st_buffer st_area st_length st_x st_y
      st_geomfromtext st_geogfromtext st_envelope st_simplify st_astext st_isvalid`,
    types: 'geometry geography box2d box3d',
  },
  h3: { opclasses: 'h3index_ops h3index_ops_experimental', types: 'h3index' },
  rum: {
    methods: 'rum',
    opclasses: `rum_tsvector_ops rum_tsvector_hash_ops rum_tsvector_addon_ops rum_tsvector_hash_addon_ops rum_tsquery_ops
      rum_anyarray_ops`,
  },
  pg_search: { methods: 'bm25' },
  pgroonga: { methods: 'pgroonga' },
};

/** By what the server asks for: `opclasses gin_trgm_ops`. */
const BY_NAME = new Map(
  Object.entries(EXTENSIONS).flatMap(([extension, brings]) =>
    Object.entries(brings).flatMap(([kind, list]) =>
      String(list)
        .split(/\s+/)
        .map((name) => [`${kind} ${name}`, extension] as const),
    ),
  ),
);

/** What an index needs, and the extension that brings it. */
export interface Need {
  extension: string;
  /** As in "the operator class gin_trgm_ops". */
  what: string;
  /** To be qualified where the extension's schema is not in the search path; null for what has no schema. */
  name: string | null;
}

/** What of well-known extensions the statement names. */
export function needsOf({ method, opclasses, functions, types }: NamedInIndex): Need[] {
  const named: [kind: keyof Brings, word: string, names: readonly string[]][] = [
    ['methods', 'access method', [method]],
    ['opclasses', 'operator class', opclasses],
    ['functions', 'function', functions],
    ['types', 'type', types],
  ];
  return named.flatMap(([kind, word, names]) =>
    names.flatMap((name): Need[] => {
      const extension = BY_NAME.get(`${kind} ${name}`);
      if (extension === undefined) return [];
      return [{ extension, what: `the ${word} ${name}`, name: kind === 'methods' ? null : name }];
    }),
  );
}

/** Types that B-trees know and that btree_gin and btree_gist bring to their methods, as the server writes them. */
const SCALARS =
  /(?<![\w[])(smallint|integer|bigint|numeric|real|double precision|money|oid|text|character varying|character|uuid|date|timestamp with(?:out)? time zone|time with(?:out)? time zone|interval|boolean|bytea|inet|cidr|macaddr8?|bit(?: varying)?|name)(?![\w[\]])/;

/**
 * The extension that gives a method the default operator class that it has not got for a type; `message`: the server's, in
 * any language, which names the type. Null for other types and methods.
 */
export function defaultClassFrom(method: string, message: string): Need | null {
  const type = SCALARS.exec(message)?.[1];
  if (type === undefined || (method !== 'gin' && method !== 'gist')) return null;
  const extension = `btree_${method}`;
  return { extension, what: `a default operator class of ${method} for ${type}`, name: null };
}
