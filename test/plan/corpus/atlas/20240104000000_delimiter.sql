-- atlas:delimiter \n\n\n

CREATE INDEX CONCURRENTLY a ON t (a)


CREATE INDEX CONCURRENTLY b ON t (b)
