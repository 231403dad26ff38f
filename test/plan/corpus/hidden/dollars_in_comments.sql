-- $$ opens here
CREATE INDEX CONCURRENTLY i ON t (a); /* $x$ ; */
/* $$ */ CREATE INDEX CONCURRENTLY j ON t (b) WHERE c = $$ -- $$;
-- $$ closes
