\if :{?x}
CREATE INDEX CONCURRENTLY i ON t (a);
\endif
