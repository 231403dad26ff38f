-- Adds events of one run and what they make of its row, and wakes who listens: all or nothing. $1 the run, $2 to $5 the
-- events' numbers, times, types and texts, in order; $6 to $12 what run.started said, $13 phase and $14 status after them.
with
  given as (
    select * from unnest($2::int[], $3::timestamptz[], $4::text[], $5::text[]) as event (seq, at, type, event)
  ),
  fed_run as (
    insert into runs (run, version, started_at, host, port, "user", operator, fingerprint, phase, status, seq)
    select $1::text, $6::text, $7::timestamptz, $8::text, $9::int, $10::text, $11::text, $12::text, $13::text, $14::int, max(seq)
    from given
    on conflict (run) do update
    set phase = excluded.phase, status = excluded.status, seq = excluded.seq, updated_at = now()
  ),
  fed as (
    insert into events (run, seq, at, type, event)
    select $1::text, seq, at, type, event::json from given order by seq
    returning seq
  )
-- The payload is a hint, and anybody may send one: who hears it reads the table.
select max(seq) as seq, pg_notify('indexdeck', $1::text || ':' || max(seq))::text as notified from fed
