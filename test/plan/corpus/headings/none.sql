CREATE INDEX CONCURRENTLY i1 ON a (x);
-- this one is for the search page
CREATE INDEX CONCURRENTLY i2 ON a (y);
CREATE INDEX CONCURRENTLY i3 ON b (x); -- and this for nobody
