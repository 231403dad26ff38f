-- Lets the server itself say what planned indexes are: each is built on an empty scratch copy of its table, described, and
-- dropped, all in this one statement, so that nothing of it stays whatever happens. Text does not compare: the server
-- rewrites expressions (lower(name) is lower((name)::text)) and leaves out what is default.
-- Its input is the session's own setting indexdeck.try, a JSON array of
--   {like, owner, path, creates: [{step, sql, there}]}
-- like: the table, quoted; owner: the table's owner, quoted; path: the search path to use, or null; sql: CREATE
-- INDEX indexdeck_try_index ON pg_temp.indexdeck_try ...; there: OID of the index to compare with, or null.
-- Its output is the setting indexdeck.tried, a JSON array of {step, definition, tail, unique, tablespace, there_definition,
-- there_tail, there_unique, keys, predicate, nulls_not_distinct, calls} or {step, sqlstate, message, detail, hint}. The tails are what follows the table's name;
-- calls: functions and operators in it that somebody
-- else than a superuser or ourselves has written.
-- The copy gets the real table's owner where we are superuser: functions in an index are run, when they are given
-- constants, with the rights of the table's owner, and must not get ours.
-- In psql: select set_config('indexdeck.try', '[]', false) first, show indexdeck.tried afterwards.
do $indexdeck$
declare
  own_path constant text := current_setting('search_path');
  job jsonb;
  planned jsonb;
  tried jsonb := '[]';
  answer jsonb;
  state text; said text; said_detail text; said_hint text;
begin
  -- GetDefaultTablespace takes temp_tablespaces for temporary relations: none, so that what is seen was planned.
  perform set_config('temp_tablespaces', '', true), set_config('lock_timeout', '200ms', true);
  for job in select * from jsonb_array_elements(current_setting('indexdeck.try')::jsonb) loop
    begin
      execute format('create temporary table indexdeck_try (like %s including generated)', job->>'like');
      if current_setting('is_superuser')::bool then
        execute format('alter table pg_temp.indexdeck_try owner to %s', job->>'owner');
      end if;
      for planned in select * from jsonb_array_elements(job->'creates') loop
        begin
          perform set_config('search_path', coalesce(job->>'path', own_path), true);
          execute planned->>'sql';
          -- Both descriptions under one path: it decides which names the server qualifies.
          perform set_config('search_path', own_path, true);
          select jsonb_build_object(
              'step', planned->'step',
              'definition', made.definition,
              'tail', substr(made.definition, strpos(made.definition, ' USING ') + 7),
              'unique', made.indisunique,
              'tablespace', (select spcname from pg_tablespace where oid = made.reltablespace),
              'there_definition', there.definition,
              'there_tail', case when starts_with(there.definition, there.head)
                then substr(there.definition, length(there.head) + 1) end,
              'there_unique', there.indisunique,
              'keys', made.keys,
              'predicate', made.predicate,
              'nulls_not_distinct', made.nulls_not_distinct,
              'calls', made.calls)
            into answer
            from (
              select pg_get_indexdef(indexrelid) as definition, indisunique, reltablespace,
                pg_get_expr(indpred, indrelid) as predicate,
                coalesce((to_jsonb(pg_index)->>'indnullsnotdistinct')::bool, false) as nulls_not_distinct,
                (
                  select jsonb_agg(jsonb_build_object(
                    'sql', pg_get_indexdef(indexrelid, nth::int, false),
                    'collation', (select format('%I.%I', nspname, collname) from pg_collation
                      join pg_namespace on pg_namespace.oid = collnamespace where pg_collation.oid = collations.oid),
                    'class', opcname, 'usual', opcdefault) order by nth)
                  from unnest(indclass) with ordinality as classes (oid, nth)
                  join unnest(indcollation) with ordinality as collations (oid, nth) using (nth)
                  join pg_opclass on pg_opclass.oid = classes.oid
                ) as keys,
                (
                  select jsonb_agg(distinct pg_describe_object(refclassid, refobjid, 0)) from pg_depend
                  left join pg_operator on refclassid = 'pg_operator'::regclass and pg_operator.oid = refobjid
                  join pg_proc on pg_proc.oid = case refclassid when 'pg_proc'::regclass then refobjid else oprcode end
                  join pg_roles on pg_roles.oid = proowner
                  where classid = 'pg_class'::regclass and objid = indexrelid and not rolsuper and rolname <> current_user
                ) as calls
              from pg_index join pg_class on pg_class.oid = indexrelid
              where relnamespace = pg_my_temp_schema() and relname = 'indexdeck_try_index'
            ) as made
            left join (
              select pg_get_indexdef(indexrelid) as definition, indisunique,
                format('CREATE %sINDEX %I ON %s%I.%I USING ', case when indisunique then 'UNIQUE ' end, relation.relname,
                  case when relation.relkind = 'I' then 'ONLY ' end, nspname, parent.relname) as head
              from pg_index
              join pg_class as relation on relation.oid = indexrelid
              join pg_class as parent on parent.oid = indrelid
              join pg_namespace on pg_namespace.oid = parent.relnamespace
              where indexrelid = (planned->>'there')::oid
            ) as there on true;
          tried := tried || answer;
          drop index pg_temp.indexdeck_try_index;
        exception when others then
          get stacked diagnostics state = returned_sqlstate, said = message_text,
            said_detail = pg_exception_detail, said_hint = pg_exception_hint;
          tried := tried || jsonb_build_object('step', planned->'step', 'sqlstate', state, 'message', said,
            'detail', said_detail, 'hint', said_hint);
        end;
      end loop;
      drop table pg_temp.indexdeck_try;
    exception when others then
      get stacked diagnostics state = returned_sqlstate, said = message_text,
        said_detail = pg_exception_detail, said_hint = pg_exception_hint;
      -- A table that is locked is not worth the wait twice: many of them would add up.
      if state = '55P03' then perform set_config('lock_timeout', '20ms', true); end if;
      for planned in select * from jsonb_array_elements(job->'creates') loop
        tried := tried || jsonb_build_object('step', planned->'step', 'sqlstate', state, 'message', said,
          'detail', said_detail, 'hint', said_hint, 'copied', false);
      end loop;
    end;
  end loop;
  perform set_config('indexdeck.tried', tried::text, false);
end
$indexdeck$
