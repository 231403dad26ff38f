\set ON_ERROR_STOP on
\echo '[1/3] Users ...'
CREATE INDEX CONCURRENTLY i1 ON users (a);
\echo '[2/3] Orders ...'
CREATE INDEX CONCURRENTLY i2 ON orders (a);
\echo '=== Dishes ==='
CREATE INDEX CONCURRENTLY i3 ON dishes (a);
\echo 'done'
