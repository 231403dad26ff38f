-- True once somebody holds the lock that keeps new sessions out of the database of OID $1 (pg_database is 1262): what
-- RENAME takes before it looks for sessions. In psql: \bind 5 \g
select exists (
  select from pg_locks
  where locktype = 'object' and classid = 1262 and objid = $1::oid and mode = 'AccessExclusiveLock' and granted
) as closed
