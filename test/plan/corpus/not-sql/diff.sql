--- a/x.sql
+++ b/x.sql
@@ -1,2 +1,3 @@
+CREATE INDEX CONCURRENTLY i ON t (a);
-CREATE INDEX CONCURRENTLY j ON t (b);
