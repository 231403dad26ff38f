-- Restaurants and what belongs to them alone: places, hours, people, settings, tills and printers.
INSERT INTO menuca_v3.restaurants (id, name, slug, status, cuisine, city, created_at)
SELECT i,
       format('%s %s', demo_data.word('{Golden,Little,Royal,Old,Green,Lucky,Casa,Chez}', i, 1),
              demo_data.word('{Dragon,Kitchen,Pizzeria,Garden,Palace,Bistro,Grill,Crêperie}', i, 2)),
       format('restaurant-%s', i),
       CASE WHEN demo_data.dice(i, 3) < 0.8 THEN 'active' WHEN demo_data.dice(i, 3) < 0.92 THEN 'suspended' ELSE 'closed' END,
       demo_data.word('{pizza,chinese,indian,lebanese,sushi,burgers,thai,greek}', i, 4),
       demo_data.word('{Ottawa,Montréal,Toronto,Gatineau,Kingston,Hamilton}', i, 5),
       timestamptz '2019-01-01' + demo_data.dice(i, 6) * interval '2000 days'
FROM generate_series(1, demo_data.rows(944)) AS i;

INSERT INTO menuca_v3.restaurant_locations (id, restaurant_id, street, postal_code, is_primary, latitude, longitude)
SELECT i,
       CASE WHEN i <= demo_data.rows(944) THEN i ELSE demo_data.any_of(demo_data.rows(944), i, 10) END,
       format('%s %s Street', demo_data.any_of(900, i, 11), demo_data.word('{Bank,Elgin,King,Queen,Main,Rideau}', i, 12)),
       format('K%s%s %s', demo_data.any_of(9, i, 13), demo_data.word('{A,B,C,E,G,H}', i, 14), demo_data.any_of(9, i, 15)),
       i <= demo_data.rows(944),
       45 + demo_data.dice(i, 16), -75 - demo_data.dice(i, 17)
FROM generate_series(1, demo_data.rows(1010)) AS i;

INSERT INTO menuca_v3.restaurant_schedules (id, restaurant_id, service_type, day_of_week, opens_at, closes_at)
SELECT row_number() OVER (), restaurant, service, day,
       time '10:00' + demo_data.any_of(4, restaurant, 20) * interval '30 minutes',
       time '20:00' + demo_data.any_of(7, restaurant, 21) * interval '30 minutes'
FROM generate_series(1, demo_data.rows(944)) AS restaurant,
     unnest('{delivery,takeout}'::text[]) AS service,
     generate_series(1, 7) AS day;

INSERT INTO menuca_v3.restaurant_contacts (id, restaurant_id, full_name, email, phone, is_primary)
SELECT i,
       CASE WHEN i <= demo_data.rows(944) THEN i ELSE demo_data.any_of(demo_data.rows(944), i, 30) END,
       format('%s %s', demo_data.word('{Alex,Sam,Noor,Wei,Priya,Marie}', i, 31), demo_data.word('{Tran,Roy,Khan,Singh,Li}', i, 32)),
       format('Owner%s@restaurant.example', i),
       CASE WHEN demo_data.dice(i, 33) < 0.9 THEN format('+1613%s', 1000000 + demo_data.any_of(8999999, i, 34)) END,
       i <= demo_data.rows(944)
FROM generate_series(1, demo_data.rows(1480)) AS i;

INSERT INTO menuca_v3.restaurant_service_configs (id, restaurant_id, settings, updated_at)
SELECT i, i,
       jsonb_build_object(
         'delivery', jsonb_build_object('enabled', demo_data.dice(i, 40) < 0.8, 'minutes', 25 + demo_data.any_of(40, i, 41)),
         'payment', jsonb_build_array('card', demo_data.word('{cash,wallet,interac}', i, 42)),
         'language', demo_data.word('{en,fr,en,fr,ar}', i, 43)),
       timestamptz '2026-01-01' + demo_data.dice(i, 44) * interval '200 days'
FROM generate_series(1, demo_data.rows(944)) AS i;

INSERT INTO menuca_v3.devices (id, restaurant_id, serial_number, kind, last_seen_at)
SELECT i,
       demo_data.any_of(demo_data.rows(944), i, 50),
       format('SN-%s', lpad(to_hex(i * 7919), 10, '0')),
       demo_data.word('{printer,tablet,tablet,till}', i, 51),
       timestamptz '2026-07-01' + demo_data.dice(i, 52) * interval '20 days'
FROM generate_series(1, demo_data.rows(1960)) AS i;
