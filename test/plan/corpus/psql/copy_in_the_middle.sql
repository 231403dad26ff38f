COPY t FROM stdin; CREATE INDEX CONCURRENTLY i /* its
1	DROP TABLE t;
\.
name */ ON t (a);
COPY t FROM stdin; COPY u FROM stdin;
1
\.
2
\.
CREATE INDEX CONCURRENTLY j ON t (b);
