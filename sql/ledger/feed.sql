-- Adds events of one run and what they make of its row: all or nothing. $1 the run, $2 to $5 the events' numbers, times, types
-- and texts, in order; $6 to $12 what run.started said, $13 phase and $14 status after them; $15 what opens notifications.
with
  given as (
    select * from unnest($2::int[], $3::timestamptz[], $4::text[], $5::text[]) as event (seq, at, type, event)
  ),
  fed_run as (
    insert into runs (run, version, started_at, host, port, "user", operator, fingerprint, phase, status, seq, opener)
    select $1::text, $6::text, $7::timestamptz, $8::text, $9::int, $10::text, $11::text, $12::text, $13::text, $14::int, max(seq), $15::text
    from given
    on conflict (run) do update
    set phase = excluded.phase, status = excluded.status, seq = excluded.seq, opener = excluded.opener, updated_at = now()
  ),
  fed as (
    insert into events (run, seq, at, type, event)
    select $1::text, seq, at, type, event::json from given order by seq
    returning seq
  )
select max(seq) as seq from fed
