CREATE INDEX i ON t (a) STORING (b, c);
CREATE INVERTED INDEX j ON t (d);
CREATE INDEX k ON t@primary (a);
CREATE INDEX l ON t (a) USING HASH WITH (bucket_count = 8);
