-- Abschnitt 1: Benutzer
CREATE INDEX CONCURRENTLY i1 ON t (a);
-- Étape 2 - Commandes
CREATE INDEX CONCURRENTLY i2 ON t (b);
-- Раздел 3. Заказы
CREATE INDEX CONCURRENTLY i3 ON t (c);
-- 第4章：料理
CREATE INDEX CONCURRENTLY i4 ON t (d);
-- Sección 5) Menús
CREATE INDEX CONCURRENTLY i5 ON t (e);
