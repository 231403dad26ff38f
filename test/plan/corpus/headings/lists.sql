-- Contents
-- 1. Users
-- 2. Orders

-- 1. Users
-- who logs in
CREATE INDEX CONCURRENTLY i1 ON users (a);
-- [2/3] Orders
CREATE INDEX CONCURRENTLY i2 ON orders (a);

-- Reports
-- -------
CREATE INDEX CONCURRENTLY i3 ON reports (a);
-- see issue 42: it was slow
CREATE INDEX CONCURRENTLY i4 ON reports (b);
