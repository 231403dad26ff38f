-- CreateIndex
CREATE INDEX CONCURRENTLY "Post_author_idx" ON "public"."Post" USING HASH ("authorId");
