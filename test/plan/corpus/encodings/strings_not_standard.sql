SET standard_conforming_strings = off;
CREATE INDEX CONCURRENTLY i ON t (a) WHERE b = 'it\'s';
CREATE INDEX CONCURRENTLY j ON t (a);
