CREATE FUNCTION public.partition_day(day date) RETURNS void
    LANGUAGE plpgsql
    AS $_$
BEGIN
  EXECUTE format('CREATE INDEX %I ON %I (at)', 'i_' || day, 'p_' || day);
END
$_$;
CREATE INDEX CONCURRENTLY index_dogs_on_name ON public.dogs (name);
INSERT INTO "schema_migrations" (version) VALUES ('4');
