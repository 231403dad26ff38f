-- Cancels what one backend does right now, and no other: $1 its pid, $2 its start, since pids are used again.
-- A row with true: the signal was sent. No row, or false: it was not done.
select pg_cancel_backend(pid) as done from pg_stat_activity where pid = $1::int and backend_start = $2::timestamptz
