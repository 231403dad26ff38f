-- Whether the backend with pid $1 that began at $2 is still there. The start of another role's backend may be hidden
-- from us: then one with this pid counts as the one, since nothing may be done beneath a backend that may still work.
select coalesce(backend_start = $2::timestamptz, true) as alive from pg_stat_activity where pid = $1::int
