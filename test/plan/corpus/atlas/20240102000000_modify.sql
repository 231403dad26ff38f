-- Modify "users" table
ALTER TABLE "users" ADD COLUMN "age" integer NULL;
-- Create index "users_age" to table: "users"
CREATE INDEX "users_age" ON "users" ("age");
