-- Which functions in expressions are not IMMUTABLE, by the server's own reading of them: casts and operators are functions
-- too. Each expression becomes a CHECK on an empty scratch copy of its table, which takes any function, and its parse is
-- read from the catalog; all in this one statement, so that nothing of it stays whatever happens. NOT VALID: nothing is
-- planned or run.
-- Its input is the session's own setting indexdeck.try, a JSON array of
--   {like, path, checks: [{step, expressions: [SQL, ...]}]}
-- Its output is the setting indexdeck.tried, a JSON array of
--   {step, functions: [{schema, name, arguments, volatility, cast, operator, zoned}]}
-- cast: the type where it is a cast that calls the function; operator: where it is an operator, with its types; zoned: an
-- argument is a timestamp with time zone, so that the session's TimeZone matters.
-- In psql: select set_config('indexdeck.try', '[]', false) first, show indexdeck.tried afterwards.
do $indexdeck$
declare
  own_path constant text := current_setting('search_path');
  job jsonb;
  planned jsonb;
  expression text;
  tree text;
  found jsonb;
  tried jsonb := '[]';
begin
  perform set_config('temp_tablespaces', '', true), set_config('lock_timeout', '200ms', true);
  for job in select * from jsonb_array_elements(current_setting('indexdeck.try')::jsonb) loop
    begin
      execute format('create temporary table indexdeck_try (like %s including generated)', job->>'like');
      for planned in select * from jsonb_array_elements(job->'checks') loop
        found := '[]';
        for expression in select * from jsonb_array_elements_text(planned->'expressions') loop
          begin
            perform set_config('search_path', coalesce(job->>'path', own_path), true);
            execute format(
              'alter table pg_temp.indexdeck_try add constraint indexdeck_try check ((%s) is null) not valid', expression);
            perform set_config('search_path', own_path, true);
            select conbin::text into strict tree from pg_constraint
              where conname = 'indexdeck_try' and conrelid = to_regclass('pg_temp.indexdeck_try');
            select found || coalesce(jsonb_agg(distinct jsonb_build_object(
                'schema', nspname, 'name', proname, 'arguments', pg_get_function_identity_arguments(pg_proc.oid),
                'volatility', provolatile, 'cast', named.cast_to, 'operator', named.operator,
                'zoned', 'timestamptz'::regtype = any (proargtypes))), '[]')
              into found
              from (
                -- funcformat 1 and 2: written as a cast, or meant by the server.
                select match[1]::oid as function, null as operator,
                  case when match[3] in ('1', '2') then format_type(match[2]::oid, null) end as cast_to
                from regexp_matches(tree,
                  ':funcid (\d+) :funcresulttype (\d+) :funcretset \w+ :funcvariadic \w+ :funcformat (\d)', 'g') as match
                union all
                select oprcode::oid, format('%s %s %s', format_type(nullif(oprleft, 0), null), oprname, format_type(oprright, null)),
                  null
                from regexp_matches(tree, ':opno (\d+)', 'g') as match
                join pg_operator on pg_operator.oid = match[1]::oid
                union all
                -- CoerceViaIO of a column: the output function of its type, and the input function of the other.
                select io.function, null, format_type(result.oid, null)
                from regexp_matches(tree, '\{COERCEVIAIO :arg \{VAR [^}]*:vartype (\d+) [^}]*\} :resulttype (\d+)', 'g') as match
                join pg_type as source on source.oid = match[1]::oid
                join pg_type as result on result.oid = match[2]::oid
                cross join lateral (values (source.typoutput::oid), (result.typinput::oid)) as io (function)
              ) as named
              join pg_proc on pg_proc.oid = named.function
              join pg_namespace on pg_namespace.oid = pronamespace
              where provolatile <> 'i';
            alter table pg_temp.indexdeck_try drop constraint indexdeck_try;
          exception when others then
            -- What cannot be read here is said to be so by having no functions.
            null;
          end;
        end loop;
        tried := tried || jsonb_build_object('step', planned->'step', 'functions', found);
      end loop;
      drop table pg_temp.indexdeck_try;
    exception when others then
      null;
    end;
  end loop;
  perform set_config('indexdeck.tried', tried::text, false);
end
$indexdeck$
