-- Unused since spring
DROP INDEX CONCURRENTLY IF EXISTS idx_a, menu."Idx B" -- both
  , public.idx_c;
DROP INDEX CONCURRENTLY idx_d;
