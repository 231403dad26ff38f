CREATE INDEX CONCURRENTLY "c_idx" ON "users" ("c")
--> statement-breakpoint
CREATE INDEX CONCURRENTLY "d_idx" ON "users" ("d")
