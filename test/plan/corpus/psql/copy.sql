\copy t from 'x.csv' csv
\! date
\echo 'CREATE INDEX k ON t (z);'
CREATE INDEX CONCURRENTLY i ON t (a);
