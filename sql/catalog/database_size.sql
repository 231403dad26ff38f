-- The size of this database on disk in bytes: the sizes of all its files, so it takes a while with very many of them.
-- It takes no lock on any relation.
-- In psql: \g
select pg_database_size(current_database())::float8 as bytes
