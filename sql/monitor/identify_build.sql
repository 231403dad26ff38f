-- The OID of the index that the backend with pid $1 is making in this database. No row as long as the server has not
-- made the catalog's entry.
select index_relid as oid from pg_stat_progress_create_index
where pid = $1::int and index_relid <> 0 and datname = current_database()
