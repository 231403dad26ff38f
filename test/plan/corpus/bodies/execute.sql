DO $body$
BEGIN
  EXECUTE 'CREATE INDEX i1 ON t (a) WHERE b = ''x''';
  EXECUTE $q$CREATE INDEX i2 ON t (b)$q$;
  EXECUTE format('CREATE INDEX %I ON %I (a)', n, t);
END
$body$;
