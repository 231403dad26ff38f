SELECT $$CREATE INDEX a ON t (a);$$, $a$ $b$; DROP TABLE t; $b$ $$ ; $a$;
CREATE INDEX CONCURRENTLY i ON t ((a || $_x$ ON t; $_x$));
SELECT a$$, b FROM t;
SELECT 1 AS x$$;
