-- Keys, after the data: building them on full tables is far quicker than filling tables that have them. PostgreSQL makes
-- no index for the referencing side of a foreign key, which is one reason why the plan has so many.
DROP SCHEMA demo_data CASCADE;

ALTER TABLE menuca_v3.restaurants ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.restaurant_locations ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.restaurant_schedules ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.restaurant_contacts ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.restaurant_service_configs ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.devices ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.courses ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.dishes ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.dish_prices ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.ingredients ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.ingredient_groups ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.ingredient_group_items ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.dish_modifiers ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.dish_modifier_prices ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.combo_groups ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.combo_items ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.combo_steps ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.combo_modifier_prices ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.users ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.user_addresses ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.orders ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.order_items ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.reviews ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.order_counters ADD PRIMARY KEY (restaurant_id);
ALTER TABLE menuca_v3.delivery_zones ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.deliveries ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.promotions ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.coupons ADD PRIMARY KEY (id);
ALTER TABLE menuca_v3.coupon_redemptions ADD PRIMARY KEY (id);

ALTER TABLE menuca_v3.restaurant_locations ADD FOREIGN KEY (restaurant_id) REFERENCES menuca_v3.restaurants;
ALTER TABLE menuca_v3.restaurant_schedules ADD FOREIGN KEY (restaurant_id) REFERENCES menuca_v3.restaurants;
ALTER TABLE menuca_v3.restaurant_contacts ADD FOREIGN KEY (restaurant_id) REFERENCES menuca_v3.restaurants;
ALTER TABLE menuca_v3.restaurant_service_configs ADD FOREIGN KEY (restaurant_id) REFERENCES menuca_v3.restaurants;
ALTER TABLE menuca_v3.devices ADD FOREIGN KEY (restaurant_id) REFERENCES menuca_v3.restaurants;
ALTER TABLE menuca_v3.courses ADD FOREIGN KEY (restaurant_id) REFERENCES menuca_v3.restaurants;
ALTER TABLE menuca_v3.dishes ADD FOREIGN KEY (restaurant_id) REFERENCES menuca_v3.restaurants;
ALTER TABLE menuca_v3.dishes ADD FOREIGN KEY (course_id) REFERENCES menuca_v3.courses;
ALTER TABLE menuca_v3.dish_prices ADD FOREIGN KEY (dish_id) REFERENCES menuca_v3.dishes;
ALTER TABLE menuca_v3.combo_groups ADD FOREIGN KEY (restaurant_id) REFERENCES menuca_v3.restaurants;
ALTER TABLE menuca_v3.combo_steps ADD FOREIGN KEY (combo_item_id) REFERENCES menuca_v3.combo_items;
ALTER TABLE menuca_v3.user_addresses ADD FOREIGN KEY (user_id) REFERENCES menuca_v3.users;
ALTER TABLE menuca_v3.orders ADD FOREIGN KEY (restaurant_id) REFERENCES menuca_v3.restaurants;
ALTER TABLE menuca_v3.order_items ADD FOREIGN KEY (order_id) REFERENCES menuca_v3.orders;
ALTER TABLE menuca_v3.deliveries ADD FOREIGN KEY (order_id) REFERENCES menuca_v3.orders;
ALTER TABLE menuca_v3.delivery_zones ADD FOREIGN KEY (restaurant_id) REFERENCES menuca_v3.restaurants;
ALTER TABLE menuca_v3.coupon_redemptions ADD FOREIGN KEY (coupon_id) REFERENCES menuca_v3.coupons;
ALTER TABLE menuca_v3.order_counters ADD FOREIGN KEY (restaurant_id) REFERENCES menuca_v3.restaurants;

-- The rows were given their numbers: what comes next goes on from there.
SELECT setval(pg_get_serial_sequence('menuca_v3.orders', 'id'), max(id)) FROM menuca_v3.orders;
SELECT setval(pg_get_serial_sequence('menuca_v3.order_items', 'id'), max(id)) FROM menuca_v3.order_items;
SELECT setval(pg_get_serial_sequence('menuca_v3.deliveries', 'id'), max(id)) FROM menuca_v3.deliveries;
SELECT setval(pg_get_serial_sequence('menuca_v3.reviews', 'id'), max(id)) FROM menuca_v3.reviews;
SELECT setval(pg_get_serial_sequence('menuca_v3.coupon_redemptions', 'id'), max(id)) FROM menuca_v3.coupon_redemptions;
