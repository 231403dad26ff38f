-- What planned indexes are like on a few rows of their tables: each is built on a temporary copy of a bounded sample,
-- measured and dropped, all in this one statement, so that nothing of it stays. Blocks are chosen at random (TABLESAMPLE
-- SYSTEM); of the table only an ACCESS SHARE lock is taken, which is not waited for longer than 50 ms. A few blocks are read first
-- to see how long that takes: copying a table gets its share of the time that is left, and nothing new is begun when it is over.
-- Its input is the session's own setting indexdeck.sample, a JSON object of
--   {budgetMs, tables: [{table, from, owner, path, columns, blocks, creates: [{nth, sql, half, measure, partial}]}]}
-- blocks: the most that are copied; table: its OID; from: the table, quoted, with ONLY where its children do
-- not count; nth: a number that is given back with what was found; owner: its owner, quoted; path: the search path to use, or null; columns: those that the indexes need, quoted;
-- sql: CREATE INDEX indexdeck_sample_index ON pg_temp.indexdeck_sample ...; half: the same on pg_temp.indexdeck_half, for
-- methods whose size has to be measured twice, or null; measure: count and weigh the keys (B-tree alone);
-- partial: it has a predicate.
-- Its output is the setting indexdeck.sampled, a JSON object of {emptyMs, ms, tables: [{table, blocks, share, rows, blockMs}],
-- indexes: [{nth, entries, pages, ms, meanMs, halfRows, halfPages, columns,
-- sizes, distinct, single}], planned: [{nth, rows}]}; what could not be done is not in it. columns: one for
-- each of the index, {length, align, expression, equal}; sizes: mean bytes and share of NULLs for each of them. planned: the planner's estimate
-- for a predicate, also of tables that no time was left for, on an empty copy. planned, sizes, distinct and single (of keys, B-tree alone) are absent where the index calls a function that
-- somebody else than a superuser or ourselves has written: it would run with our rights here.
-- Building is another matter: the copy gets the table's owner where we are superuser, and the server then takes his rights.
-- Row security: whoever would see only some rows sees none.
-- In psql: select set_config('indexdeck.sample', '{"budgetMs": 100, "tables": []}', false) first.
do $indexdeck$
declare
  wanted constant jsonb := current_setting('indexdeck.sample')::jsonb;
  own_path constant text := current_setting('search_path');
  began constant timestamptz := clock_timestamp();
  until constant timestamptz := began + make_interval(secs => (wanted->>'budgetMs')::float8 / 1000);
  -- For what needs no rows.
  at_last constant timestamptz := until + (until - began) / 3;
  first_blocks constant int := 20;
  job jsonb; nth int;
  planned jsonb;
  tables jsonb := '[]';
  indexes jsonb := '[]';
  estimated jsonb := '[]';
  fact jsonb;
  planner jsonb;
  start timestamptz;
  blocks bigint; share float8; copied bigint; half_rows bigint; half_pages int; empty_ms float8; took float8; took_once float8; took_all float8; tries int;
  block_ms float8;
  made record;
  keys text; sizes text; condition text; trusted bool; late bool;
begin
  perform set_config('lock_timeout', '50ms', true), set_config('row_security', 'off', true),
    set_config('temp_tablespaces', '', true), set_config('client_min_messages', 'warning', true);
  -- What making any index costs; the first one also reads the catalog.
  create temporary table indexdeck_sample (a int);
  for attempt in 1..5 loop
    start := clock_timestamp();
    create index indexdeck_sample_index on pg_temp.indexdeck_sample (a);
    empty_ms := least(empty_ms, extract(epoch from clock_timestamp() - start) * 1000);
    drop index pg_temp.indexdeck_sample_index;
  end loop;
  drop table pg_temp.indexdeck_sample;
  for job, nth in select * from jsonb_array_elements(wanted->'tables') with ordinality loop
    exit when clock_timestamp() > at_last;
    late := clock_timestamp() > until;
    continue when late and not job->'creates' @? '$[*].partial ? (@ == true)';
    begin
      if late then
        execute format('create temporary table indexdeck_sample as select %s from %s with no data',
          (select string_agg(value, ', ') from jsonb_array_elements_text(job->'columns')), job->>'from');
        copied := 0;
      else
        select coalesce(sum(pg_relation_size(oid)), 0) / current_setting('block_size')::int into blocks
        from (
          select relid::oid as oid from pg_partition_tree((job->>'table')::oid::regclass) where isleaf
          union
          select oid from pg_class where oid = (job->>'table')::oid and relkind in ('r', 'm')
        ) as heap;
        start := clock_timestamp();
        execute format('select count(*) from %s tablesample system (%s) repeatable (1)', job->>'from',
          100 * least(1, first_blocks::float8 / greatest(blocks, 1)));
        block_ms := extract(epoch from clock_timestamp() - start) * 1000 / least(first_blocks, greatest(blocks, 1));
        -- The same seed: what was read first is among it.
        share := least(1, least((job->>'blocks')::float8,
          greatest(first_blocks, extract(epoch from until - clock_timestamp()) * 1000
            / (jsonb_array_length(wanted->'tables') + 1 - nth) / block_ms)) / greatest(blocks, 1));
        execute format('create temporary table indexdeck_sample as select %s from %s %s',
          (select string_agg(value, ', ') from jsonb_array_elements_text(job->'columns')), job->>'from',
          case when share < 1 then format('tablesample system (%s) repeatable (1)', share * 100) end);
        get diagnostics copied = row_count;
      end if;
      half_rows := copied / 2;
      if not late and job->'creates' @? '$[*].half ? (@ != null)' then
        execute format('create temporary table indexdeck_half as select * from pg_temp.indexdeck_sample limit %s', half_rows);
      end if;
      if current_setting('is_superuser')::bool then
        execute format('alter table pg_temp.indexdeck_sample owner to %s', job->>'owner');
        execute format('alter table if exists pg_temp.indexdeck_half owner to %s', job->>'owner');
      end if;
      if not late then
        tables := tables || jsonb_build_object('table', job->'table', 'blocks', blocks, 'share', share,
          'rows', copied, 'blockMs', block_ms);
      end if;
      for planned in select * from jsonb_array_elements(job->'creates') loop
        exit when clock_timestamp() > at_last;
        continue when clock_timestamp() > until and not (planned->>'partial')::bool;
        begin
          perform set_config('search_path', coalesce(job->>'path', own_path), true);
          half_pages := null;
          if not late and planned->>'half' is not null then
            execute planned->>'half';
            half_pages := pg_relation_size('pg_temp.indexdeck_half_index') / current_setting('block_size')::int;
          end if;
          -- Twice: whatever else the machine did meanwhile is not what this index takes, but all of them will have it.
          took := null; took_all := 0; tries := 0;
          for attempt in 1..2 loop
            exit when took > 10;
            drop index if exists pg_temp.indexdeck_sample_index;
            start := clock_timestamp();
            execute planned->>'sql';
            took_once := extract(epoch from clock_timestamp() - start) * 1000;
            took := least(took, took_once); took_all := took_all + took_once; tries := tries + 1;
          end loop;
          perform set_config('search_path', own_path, true);
          select relation.oid, relation.reltuples::float8 as entries, entry.indnkeyatts, entry.indrelid,
              pg_relation_size(relation.oid) / current_setting('block_size')::int as pages,
              pg_get_expr(entry.indpred, entry.indrelid, true) as predicate
            into made
            from pg_class as relation join pg_index as entry on entry.indexrelid = relation.oid
            where relation.oid = 'pg_temp.indexdeck_sample_index'::regclass;
          trusted := not exists (
            select from pg_depend
            left join pg_operator on refclassid = 'pg_operator'::regclass and pg_operator.oid = refobjid
            left join pg_proc on pg_proc.oid = case refclassid when 'pg_proc'::regclass then refobjid else oprcode end
            left join pg_type on refclassid = 'pg_type'::regclass and pg_type.oid = refobjid and typtype <> 'e'
            join pg_roles on pg_roles.oid = coalesce(proowner, typowner)
            where classid = 'pg_class'::regclass and objid = made.oid and not rolsuper and rolname <> current_user);
          select
              jsonb_agg(jsonb_build_object('length', attlen, 'align', attalign, 'expression', indkey[attnum - 1] = 0,
                'equal', exists (
                  select from pg_opclass join pg_amproc on amprocfamily = opcfamily and amproclefttype = opcintype
                  where pg_opclass.oid = indclass[attnum - 1] and amprocnum = 4)
                  and coalesce((select collisdeterministic from pg_collation where oid = indcollation[attnum - 1]), true))
                order by attnum),
              string_agg(pg_get_indexdef(made.oid, attnum, false), ', ' order by attnum) filter (where attnum <= made.indnkeyatts),
              string_agg(format('avg(pg_column_size(%1$s)), avg((%1$s is null)::int)', pg_get_indexdef(made.oid, attnum, false)),
                ', ' order by attnum)
            into fact, keys, sizes
            from pg_attribute join pg_index on indexrelid = attrelid
            where attrelid = made.oid;
          drop index pg_temp.indexdeck_sample_index;
          drop index if exists pg_temp.indexdeck_half_index;
          fact := jsonb_build_object('nth', planned->'nth', 'entries', made.entries, 'pages', made.pages, 'ms', took, 'meanMs', took_all / tries,
            'halfRows', half_rows, 'halfPages', half_pages, 'columns', fact);
          condition := coalesce(' where ' || made.predicate, '');
          if trusted and made.predicate is not null then
            execute format('explain (format json) select from %s%s', job->>'from', condition) into planner;
            estimated := estimated || jsonb_build_object('nth', planned->'nth', 'rows', planner->0->'Plan'->'Plan Rows');
          end if;
          if trusted and not late and (planned->>'measure')::bool then
            execute format($$select $1 || jsonb_build_object('sizes', (select jsonb_build_array(%s) from pg_temp.indexdeck_sample%s))
              || (select jsonb_build_object('distinct', count(*), 'single', count(*) filter (where n = 1))
                from (select count(*) as n from pg_temp.indexdeck_sample%s group by %s) as grouped)$$,
              sizes, condition, condition, keys) into fact using fact;
          end if;
          if not late then
            indexes := indexes || fact;
          end if;
        exception when others then
          -- What it was, try_indexes tells better.
          null;
        end;
      end loop;
      drop table if exists pg_temp.indexdeck_sample, pg_temp.indexdeck_half;
    exception when others then
      null;
    end;
  end loop;
  perform set_config('indexdeck.sampled', jsonb_build_object('emptyMs', empty_ms, 'tables', tables,
    'indexes', indexes, 'planned', estimated, 'ms', extract(epoch from clock_timestamp() - began) * 1000)::text, false);
end
$indexdeck$
