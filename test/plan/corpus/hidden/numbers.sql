SELECT 1e10, .5, 1., 0x1F, 1_000, $1, a[1:2], b::text FROM t;
SELECT 2*/* ; */3, 1 - -1, 5/2;
CREATE INDEX CONCURRENTLY i ON t ((a -> 'x;' ->> 'y'), (b[1]));
