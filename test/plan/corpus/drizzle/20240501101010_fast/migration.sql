CREATE INDEX CONCURRENTLY "orders_at" ON "orders" USING btree ("at");--> statement-breakpoint
CREATE INDEX CONCURRENTLY "orders_by" ON "orders" USING btree ("by");
