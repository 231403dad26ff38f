import { describe, expect, test } from 'vitest';
import { indexes, onlyIndex, plan } from './support.ts';

// The names that PostgreSQL 15.18 and 18.4 gave to these indexes, read from pg_class.
const SERVER_NAMES: [sql: string, name: string][] = [
  ['create index on t (a)', 't_a_idx'],
  ['create index on t (a, b)', 't_a_b_idx'],
  ['create index on t (a) include (b, c)', 't_a_b_c_idx'],
  ['create index on t (lower(a))', 't_lower_idx'],
  ['create index on t ((a || b))', 't_expr_idx'],
  ['create index on t ((a || b), (b || a), lower(a), lower(b))', 't_expr_expr1_lower_lower1_idx'],
  ["create index on t ((d->>'x'))", 't_expr_idx'],
  ['create index on t ((c::text))', 't_c_idx'],
  ['create index on t (((a || b)::varchar(10)))', 't_varchar_idx'],
  ['create index on t ((case when c > 1 then 1 else 2 end))', 't_case_idx'],
  ["create index on t ((case when c > 1 then 'x' else a end))", 't_a_idx'],
  ['create index on t (coalesce(a, b))', 't_coalesce_idx'],
  ['create index on t (greatest(a, b), least(a,b), nullif(a,b))', 't_greatest_least_nullif_idx'],
  ['create index on t ((arr[1]))', 't_arr_idx'],
  ['create index on t ((array[c]))', 't_array_idx'],
  ['create index on t ((a collate "C"))', 't_a_idx'],
  ['create index on t ((lower(a) collate "C"))', 't_lower_idx'],
  ['create index on t ((c > 1 and c < 5))', 't_expr_idx'],
  ['create index on t ((c is null))', 't_expr_idx'],
  ['create index on t ((not (c > 1)))', 't_expr_idx'],
  ["create index on t (extract(epoch from ts at time zone 'utc'))", 't_extract_idx'],
  ["create index on t ((ts at time zone 'utc'))", 't_timezone_idx'],
  ['create index on t ("Größe")', 't_Größe_idx'],
  ['create index on t (a, a)', 't_a_a1_idx'],
  ['create index on t (a, a, a)', 't_a_a1_a2_idx'],
  ['create unique index on t (a) where c > 1', 't_a_idx'],
  ['create index on t using gin (d)', 't_d_idx'],
  [
    'create index on t (very_long_column_name_number_one_for_the_test)',
    't_very_long_column_name_number_one_for_the_test_idx',
  ],
  [
    'create index on t (very_long_column_name_number_one_for_the_test, very_long_column_name_number_two_for_the_test)',
    't_very_long_column_name_number_one_for_the_test_very_long_c_idx',
  ],
  [
    'create index on a_table_with_a_very_long_name_indeed_that_goes_on_and_on_for_sixty (a)',
    'a_table_with_a_very_long_name_indeed_that_goes_on_and_on__a_idx',
  ],
  [
    'create index on a_table_with_a_very_long_name_indeed_that_goes_on_and_on_for_sixty (very_long_column_name_number_one_for_the_test, bb)',
    'a_table_with_a_very_long_name_very_long_column_name_number__idx',
  ],
  ['create index on "Tä" (ääääääääääääääääääääääääääääääääääääääää)', 'Tä_äääääääääääääääääääääääääää_idx'],
  ['create index on "Tä" (a, ääääääääääääääääääääääääääääääääääääääää)', 'Tä_a_ääääääääääääääääääääääääää_idx'],
  [
    'create index on ääääääääääääääääääääääääääääää (ööööööööööööööööööööööööööööö)',
    'ääääääääääääää_öööööööööööööö_idx',
  ],
  [
    'create index on ääääääääääääääääääääääääääääää (a, ööööööööööööööööööööööööööööö)',
    'ääääääääääääää_a_ööööööööööööö_idx',
  ],
  ['create index on t (substring(a from 1 for 2))', 't_substring_idx'],
  ['create index on t ((a::text::varchar))', 't_a_idx'],
  ['create index on t (trim(a))', 't_btrim_idx'],
  ["create index on t (position('a' in a))", 't_position_idx'],
  ["create index on t ((a like 'x%'))", 't_expr_idx'],
  ['create index on t (upper(a), upper(a))', 't_upper_upper1_idx'],
  ['create index on t ((row(a,b) = row(b,a)))', 't_expr_idx'],
  ['create index on t ((c::numeric(10,2)))', 't_c_idx'],
  ["create index on t ((date '2020-01-01' + c))", 't_expr_idx'],
  ['create index on t (name)', 't_name_idx'],
  [
    'create index on t (very_long_column_name_number_one_for_the_test, very_long_column_name_number_one_for_the_test)',
    't_very_long_column_name_number_one_for_the_test_very_long_c_idx',
  ],
  [
    'create index on t (very_long_column_name_number_one_for_the_test) include (a,b,c)',
    't_very_long_column_name_number_one_for_the_test_a_b_c_idx',
  ],
  ['create index on only t (a desc nulls last)', 't_a_idx'],
];

describe('an index without a name gets the one that PostgreSQL would choose', () => {
  test.each(SERVER_NAMES)('%s', (sql, name) => {
    const index = onlyIndex(sql);
    expect(index).toMatchObject({ name, nameIsDefault: true });
  });

  test('two in one plan get numbers, as on the server', () => {
    const read = plan('create index on t (a); create index on t (a desc); create index on s.t (a);');
    expect(indexes(read).map(({ name }) => name)).toEqual(['t_a_idx', 't_a_idx1', 't_a_idx']);
  });
});
