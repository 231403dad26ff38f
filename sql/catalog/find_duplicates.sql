-- Runs one query for duplicates that a planned UNIQUE index would meet, read-only. It comes as the session's own setting
-- indexdeck.duplicates, {sql}, since a DO block takes no parameters; its one value goes to indexdeck.duplicates_found.
-- row_security off: where a policy would hide rows the query fails, instead of finding fewer.
-- In psql: select set_config('indexdeck.duplicates', '{"sql": "select 1"}', false) first.
do $indexdeck$
declare
  found text;
begin
  perform
    set_config('transaction_read_only', 'on', true),
    set_config('row_security', 'off', true),
    -- Others may want the workers.
    set_config('max_parallel_workers_per_gather', '0', true);
  execute current_setting('indexdeck.duplicates')::jsonb ->> 'sql' into found;
  perform set_config('indexdeck.duplicates_found', coalesce(found, ''), false);
end
$indexdeck$
