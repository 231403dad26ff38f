-- Customers and their addresses. Everybody has one default address; e-mail addresses differ in more than their case.
INSERT INTO menuca_v3.users (id, email, full_name, phone, preferences, last_login_at)
SELECT i,
       format('%s.%s@mail.example', demo_data.word('{Alex,sam,Noor,wei,Priya,marie}', i, 400), i),
       format('%s %s', demo_data.word('{Alex,Sam,Noor,Wei,Priya,Marie}', i, 400), demo_data.word('{Tran,Roy,Khan,Singh,Li}', i, 401)),
       CASE WHEN demo_data.dice(i, 402) < 0.7 THEN format('+1613%s', 1000000 + demo_data.any_of(8999999, i, 403)) END,
       jsonb_build_object('language', demo_data.word('{en,fr}', i, 404),
                          'diet', demo_data.word('{none,none,none,vegan,halal}', i, 405),
                          'newsletter', demo_data.dice(i, 406) < 0.3),
       timestamptz '2025-06-01' + demo_data.dice(i, 407) * interval '400 days'
FROM generate_series(1, demo_data.rows(32349)) AS i;

INSERT INTO menuca_v3.user_addresses (id, user_id, street, postal_code, is_default)
SELECT i,
       CASE WHEN i <= demo_data.rows(32349) THEN i ELSE demo_data.any_of(demo_data.rows(32349), i, 410) END,
       format('%s %s Avenue', demo_data.any_of(2000, i, 411), demo_data.word('{First,Carling,Laurier,Somerset}', i, 412)),
       format('K%s%s %s', demo_data.any_of(9, i, 413), demo_data.word('{A,B,C,E,G,H}', i, 414), demo_data.any_of(9, i, 415)),
       i <= demo_data.rows(32349)
FROM generate_series(1, demo_data.rows(41230)) AS i;
