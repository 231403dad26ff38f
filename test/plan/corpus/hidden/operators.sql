CREATE INDEX CONCURRENTLY i ON t ((a --1
+ b));
CREATE INDEX CONCURRENTLY j ON t ((a @-@ b)) WHERE a <->b < 3 AND c /* x */ @> '{}' AND (d #>> '{a,--b}') = 'x';
CREATE INDEX CONCURRENTLY k ON t ((a */* c */ b));
CREATE INDEX CONCURRENTLY l ON t ((a -- - b
 - b));
