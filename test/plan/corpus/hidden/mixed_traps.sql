-- it's a comment with a quote
CREATE INDEX CONCURRENTLY i ON t (a);
/* "an open name */
CREATE INDEX CONCURRENTLY "i; -- j" ON "t/*" ("a;b");
-- $$ not open
ANALYZE "t/*";
/* ' */ EXPLAIN SELECT U&'\0041;' /* " */ ;
