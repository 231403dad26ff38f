-- The OID of the index that the backend with pid $1 is making anew in the place of the one with OID $2, on the table with OID $3. No
-- row as long as the server has not made the catalog's entry. REINDEX CONCURRENTLY holds a lock on each of the two indexes for its
-- whole session from the moment on that the new one can be seen; pg_stat_progress_create_index calls it by the OID of
-- the old one up to the end of its first wait (tried on 15 and 18).
-- In psql: \bind 4711 16400 16385 \g
select made.indexrelid as oid
from pg_locks as held
join pg_index as made on made.indexrelid = held.relation
where held.pid = $1::int
  and held.locktype = 'relation'
  and held.mode = 'ShareUpdateExclusiveLock'
  and held.granted
  and held.database = (select oid from pg_database where datname = current_database())
  and made.indrelid = $3::oid
  and made.indexrelid <> $2::oid
