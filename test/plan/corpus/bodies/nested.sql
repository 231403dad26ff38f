DO $outer$
BEGIN
  EXECUTE $inner$ DO $x$ BEGIN CREATE INDEX a ON t (a); END $x$ $inner$;
  PERFORM $$CREATE INDEX b ON t (b)$$;
END
$outer$ LANGUAGE plpgsql;
CREATE INDEX CONCURRENTLY i ON t (a);
