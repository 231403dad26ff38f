\set tbl orders
CREATE INDEX CONCURRENTLY i ON :"tbl" (a) WHERE b = :'val';
CREATE INDEX CONCURRENTLY :idx ON t (a);
SELECT 'a:b', x::text, arr[1:2], arr[:n] FROM t WHERE y = :x;
