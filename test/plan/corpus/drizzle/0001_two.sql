CREATE INDEX CONCURRENTLY "a_idx" ON "users" USING btree ("a");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY "b_idx" ON "users" USING btree ("b" DESC NULLS LAST);
