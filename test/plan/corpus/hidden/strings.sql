SELECT 'CREATE INDEX a ON t (a);', E'\\'; CREATE INDEX b ON t (b); --', 'it''s; DROP TABLE t;' AS "x;""y";
CREATE INDEX CONCURRENTLY i ON t (a) WHERE b <> '; -- no comment /* none';
COMMENT ON INDEX i IS 'CREATE INDEX z ON t (z);
-- SECTION 9: no heading
';
