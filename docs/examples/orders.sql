-- Two indexes for the orders pages. One of them will not help: see docs/examples/README.md.

-- SECTION 1: ORDERS

-- "My orders", newest first.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_orders_user_placed
  ON menuca_v3.orders (user_id, placed_at DESC);

-- The sales of a day.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_orders_placed_at
  ON menuca_v3.orders (placed_at);
