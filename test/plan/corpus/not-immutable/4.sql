-- found before the server does
CREATE INDEX CONCURRENTLY good ON t (lower(a), to_tsvector('english', b));
CREATE INDEX CONCURRENTLY bad ON t (to_tsvector(body));
