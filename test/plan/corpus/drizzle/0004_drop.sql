DROP INDEX IF EXISTS "a_idx";--> statement-breakpoint
CREATE INDEX CONCURRENTLY "a_idx" ON "users" ("a","b");
