-- CreateIndex
CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");

-- CreateIndex
CREATE INDEX CONCURRENTLY "User_age_idx" ON "User"("age");
