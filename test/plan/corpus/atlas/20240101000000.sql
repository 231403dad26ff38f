-- atlas:txmode none

-- Create index "users_email" to table: "users"
CREATE UNIQUE INDEX CONCURRENTLY "users_email" ON "users" ("email");
-- Create index "users_name" to table: "users"
CREATE INDEX CONCURRENTLY "users_name" ON "users" ("name");
-- Create index "pets_name" to table: "pets"
CREATE INDEX CONCURRENTLY "pets_name" ON "pets" ("name");
