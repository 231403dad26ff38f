CREATE INDEX CONCURRENTLY i -- CREATE INDEX j
  ON t -- ; DROP TABLE t;
  (a /* ; */, b); -- CREATE INDEX k ON t (a);
SELECT 1--1;
;
SELECT 'a' -- '
  'b;';
--; CREATE INDEX l ON t (b);
