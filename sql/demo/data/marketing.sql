-- Promotions, coupons and who used them.
INSERT INTO menuca_v3.promotions (id, restaurant_id, title, starts_on, ends_on, is_active)
SELECT i,
       demo_data.mostly_low(demo_data.rows(944), i, 600),
       format('%s %s', demo_data.word('{Two for one,Free dessert,Ten off,Happy hour}', i, 601), i),
       date '2026-01-01' + demo_data.any_of(200, i, 602)::integer,
       date '2026-01-01' + demo_data.any_of(200, i, 602)::integer + demo_data.any_of(60, i, 603)::integer,
       demo_data.dice(i, 604) < 0.3
FROM generate_series(1, demo_data.rows(1340)) AS i;

INSERT INTO menuca_v3.coupons (id, restaurant_id, code, percent_off, max_redemptions, redeemed_count)
SELECT i,
       CASE WHEN demo_data.dice(i, 610) < 0.9 THEN demo_data.mostly_low(demo_data.rows(944), i, 611) END,
       format('%s%s', demo_data.word('{Save,EAT,Yum,Hello}', i, 612), i),
       demo_data.any_of(6, i, 613) * 5,
       100,
       demo_data.any_of(101, i, 614) - 1
FROM generate_series(1, demo_data.rows(2660)) AS i;

INSERT INTO menuca_v3.coupon_redemptions (id, coupon_id, user_id, order_id, redeemed_at)
SELECT i,
       demo_data.any_of(demo_data.rows(2660), i, 620),
       demo_data.any_of(demo_data.rows(32349), i, 621),
       demo_data.any_of(demo_data.rows(24600), i, 622),
       timestamptz '2026-07-20' - demo_data.dice(i, 623) * interval '400 days'
FROM generate_series(1, demo_data.rows(12480)) AS i;
