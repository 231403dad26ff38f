-- SECTION 1: A
CREATE INDEX CONCURRENTLY i1 ON a (x);
-- ==========
-- NOTES
-- ==========
-- Nothing of note.
CREATE INDEX CONCURRENTLY i2 ON a (y);
-- ==========
-- SECTION 2: B
-- ==========
CREATE INDEX CONCURRENTLY i3 ON b (x);
