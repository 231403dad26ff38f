-- What the backend with pid $1 that began at $2 does, while it is still there: its state, or 'hidden' where that is not
-- shown to us. The start of another role's backend may be hidden too: then one with this pid counts as the one, since
-- nothing may be done beneath a backend that may still work.
select coalesce(state, 'hidden') as state from pg_stat_activity
where pid = $1::int and coalesce(backend_start = $2::timestamptz, true)
