\set ON_ERROR_STOP on
\echo Rebuilding [1/2] users
REINDEX INDEX CONCURRENTLY users_pkey;
\echo Rebuilding [2/2] orders
REINDEX TABLE CONCURRENTLY orders;
