-- atlas:checkpoint v2
-- atlas:txmode none

-- Create index "d" to table: "t"
CREATE INDEX CONCURRENTLY "d" ON "t" ("d");
