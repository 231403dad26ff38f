-- Orders: most are of a few restaurants, of a few customers and of the last months, and nearly all are done.
INSERT INTO menuca_v3.orders (id, restaurant_id, user_id, status, total, metadata, placed_at)
SELECT i,
       demo_data.mostly_low(demo_data.rows(944), i, 500),
       demo_data.mostly_low(demo_data.rows(32349), i, 501),
       CASE WHEN demo_data.dice(i, 502) < 0.95 THEN 'delivered' ELSE demo_data.word('{cancelled,preparing,placed}', i, 503) END,
       10 + round((demo_data.dice(i, 504) * 90)::numeric, 2),
       jsonb_build_object('channel', demo_data.word('{web,ios,android,phone}', i, 505), 'tip', demo_data.any_of(15, i, 506)),
       timestamptz '2026-07-20' - power(demo_data.dice(i, 507), 3) * interval '900 days'
FROM generate_series(1, demo_data.rows(24600)) AS i;

INSERT INTO menuca_v3.order_items (id, order_id, dish_id, quantity, price)
SELECT i,
       demo_data.any_of(demo_data.rows(24600), i, 510),
       demo_data.any_of(demo_data.rows(10585), i, 511),
       demo_data.any_of(4, i, 512),
       5 + round((demo_data.dice(i, 513) * 25)::numeric, 2)
FROM generate_series(1, demo_data.rows(61300)) AS i;

INSERT INTO menuca_v3.reviews (id, restaurant_id, user_id, rating, body, created_at)
SELECT i,
       demo_data.mostly_low(demo_data.rows(944), i, 520),
       demo_data.any_of(demo_data.rows(32349), i, 521),
       6 - demo_data.mostly_low(5, i, 522),
       demo_data.word('{Great food,Fast delivery,Cold on arrival,Would order again,Très bon}', i, 523),
       timestamptz '2026-07-20' - demo_data.dice(i, 524) * interval '900 days'
FROM generate_series(1, demo_data.rows(9350)) AS i;

INSERT INTO menuca_v3.order_counters (restaurant_id, last_number)
SELECT i, demo_data.any_of(5000, i, 530) FROM generate_series(1, demo_data.rows(944)) AS i;

-- Two orders of three are delivered; no order is delivered twice.
INSERT INTO menuca_v3.deliveries (id, order_id, zone_id, driver_id, status, assigned_at, promised_at)
SELECT row_number() OVER (), i,
       demo_data.any_of(demo_data.rows(2870), i, 540),
       CASE WHEN demo_data.dice(i, 541) < 0.97 THEN demo_data.any_of(600, i, 542) END,
       CASE WHEN demo_data.dice(i, 543) < 0.96 THEN 'delivered' ELSE demo_data.word('{pending,assigned,picked_up}', i, 544) END,
       timestamptz '2026-07-20' - power(demo_data.dice(i, 507), 3) * interval '900 days',
       timestamptz '2026-07-20' - power(demo_data.dice(i, 507), 3) * interval '900 days' + interval '45 minutes'
FROM generate_series(1, demo_data.rows(24600)) AS i
WHERE demo_data.dice(i, 545) < 0.67;

INSERT INTO menuca_v3.delivery_zones (id, restaurant_id, postal_prefix, fee, min_order)
SELECT i,
       demo_data.any_of(demo_data.rows(944), i, 550),
       format('K%s%s', demo_data.any_of(9, i, 551), demo_data.word('{A,B,C,E,G,H}', i, 552)),
       2 + round((demo_data.dice(i, 553) * 6)::numeric, 2),
       demo_data.any_of(6, i, 554) * 5
FROM generate_series(1, demo_data.rows(2870)) AS i;
