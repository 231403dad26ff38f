-- Which of the planned indexes the planner would use for the probes if they were there: HypoPG lets it believe so, in this
-- session alone. Each probe is explained without them and with them, never run; nothing is written.
-- Its input is the session's own setting indexdeck.hypothetical, {schema, creates: [{step, sql, path}], drops: [oid], probes:
-- [{probe, sql, path, settings: [{name, value}]}]}; schema: that of the extension, quoted; path: a search path, or null for the
-- session's own; drops: what the plan drops, which is hidden from the planner with the others there (HypoPG from 1.4 on).
-- Its output is indexdeck.hypothesis: {creates: [{step, oid} or {step, why}], probes: [{probe, before, after} or {probe, why}],
-- hidden: what is dropped was hidden}.
-- What is set for one probe is undone by the error that ends its block.
-- In psql: select set_config('indexdeck.hypothetical', '{"schema": "public", "creates": [], "drops": [], "probes": []}', false) first.
do $indexdeck$
declare
  own_path constant text := current_setting('search_path');
  asked constant jsonb := current_setting('indexdeck.hypothetical')::jsonb;
  made jsonb := '[]';
  before jsonb := '{}';
  answers jsonb := '[]';
  planned jsonb;
  probe jsonb;
  plan json;
  oid_made bigint;
  hides constant bool := to_regprocedure((asked->>'schema') || '.hypopg_hide_index(oid)') is not null;
  state text; said text;
begin
  perform set_config('transaction_read_only', 'on', true), set_config('lock_timeout', '200ms', true);
  execute format('select %s.hypopg_reset()', asked->>'schema');
  for round in 1..2 loop
    for probe in select * from jsonb_array_elements(asked->'probes') loop
      -- One that could not be planned without them is not asked again.
      continue when round = 2 and not before ? (probe->>'probe');
      begin
        perform set_config(setting->>'name', setting->>'value', true)
          from jsonb_array_elements(probe->'settings') as setting where setting->>'value' is not null;
        perform set_config('search_path', coalesce(probe->>'path', current_setting('search_path')), true);
        execute 'explain (format json) ' || (probe->>'sql') into plan;
        raise exception sqlstate 'IX001';
      exception when sqlstate 'IX001' then
        if round = 1 then
          before := before || jsonb_build_object(probe->>'probe', plan::jsonb->0);
        else
          answers := answers || jsonb_build_object(
            'probe', probe->'probe', 'before', before->(probe->>'probe'), 'after', plan::jsonb->0);
        end if;
      when others then
        get stacked diagnostics state = returned_sqlstate, said = message_text;
        if state = '55P03' then perform set_config('lock_timeout', '20ms', true); end if;
        answers := answers || jsonb_build_object('probe', probe->'probe', 'why', said);
      end;
    end loop;
    exit when round = 2;
    if hides then
      execute format('select %s.hypopg_hide_index(dropped::oid) from jsonb_array_elements_text($1) as dropped', asked->>'schema')
        using asked->'drops';
    end if;
    for planned in select * from jsonb_array_elements(asked->'creates') loop
      begin
        perform set_config('search_path', coalesce(planned->>'path', own_path), true);
        execute format('select indexrelid from %s.hypopg_create_index($1)', asked->>'schema')
          into oid_made using planned->>'sql';
        made := made || jsonb_build_object('step', planned->'step', 'oid', oid_made);
      exception when others then
        get stacked diagnostics state = returned_sqlstate, said = message_text;
        if state = '55P03' then perform set_config('lock_timeout', '20ms', true); end if;
        made := made || jsonb_build_object('step', planned->'step', 'why', said);
      end;
      perform set_config('search_path', own_path, true);
    end loop;
  end loop;
  execute format('select %s.hypopg_reset()', asked->>'schema');
  perform set_config('indexdeck.hypothesis', jsonb_build_object('creates', made, 'probes', answers, 'hidden', hides)::text, false);
end
$indexdeck$
