-- One engine at a time works on a database. Advisory locks belong to the database, so one fixed pair of keys will do:
-- 1768842360 is 'indx' in ASCII, 1 the engine's own lock. Tried, not waited for: a session that waits in
-- pg_advisory_lock holds a snapshot, and every concurrent build would wait for it.
select pg_try_advisory_lock(1768842360, 1) as taken
