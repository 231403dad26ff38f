\timing on
\pset pager off
CREATE INDEX CONCURRENTLY i ON t (a) \g
\d t
CREATE INDEX CONCURRENTLY j ON t (b);
\q
