-- =====================================================================
-- menuca_v3: performance indexes
-- 58 indexes in 10 sections. Every one is built CONCURRENTLY, so orders keep coming in meanwhile.
-- Same file on staging and in production; safe to run again.
--
-- Why: the menu page reads whole tables (100 to 500 ms), and foreign keys have no index on their own side.
-- After the last section the validation queries show whether it helped.
-- =====================================================================

-- ---------------------------------------------------------------------
-- SECTION 1: CRITICAL MENU QUERY INDEXES (Priority 1)
-- ---------------------------------------------------------------------

-- The menu page: the active dishes of one restaurant in their order. Inactive ones are only seen in the back office.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dishes_restaurant_active_order
  ON menuca_v3.dishes (restaurant_id, display_order)
  WHERE is_active;

-- Dishes of a course, and deleting a course.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dishes_course
  ON menuca_v3.dishes (course_id);

-- Search within a menu; people type "POUTINE" as often as "poutine".
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dishes_restaurant_name_lower
  ON menuca_v3.dishes (restaurant_id, lower(name));

-- The app asks every few minutes what changed since its last sync.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dishes_updated_at
  ON menuca_v3.dishes (updated_at);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_courses_restaurant_order
  ON menuca_v3.courses (restaurant_id, display_order)
  INCLUDE (id, name);

-- One price for each size of a dish: also stops the double prices that support keeps cleaning up.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_dish_prices_dish_size
  ON menuca_v3.dish_prices (dish_id, size_code)
  INCLUDE (amount);

-- ---------------------------------------------------------------------
-- SECTION 2: MODIFIER QUERY INDEXES (Priority 1)
-- ---------------------------------------------------------------------

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dish_modifiers_dish_order
  ON menuca_v3.dish_modifiers (dish_id, display_order);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dish_modifiers_ingredient
  ON menuca_v3.dish_modifiers (ingredient_id);

-- Two modifiers of five belong to no group; they need no entry.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dish_modifiers_group
  ON menuca_v3.dish_modifiers (ingredient_group_id)
  WHERE ingredient_group_id IS NOT NULL;

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dish_modifiers_restaurant_type
  ON menuca_v3.dish_modifiers (restaurant_id, modifier_type);

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_dish_modifier_prices_modifier_size
  ON menuca_v3.dish_modifier_prices (dish_modifier_id, size_code);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dish_modifier_prices_restaurant
  ON menuca_v3.dish_modifier_prices (restaurant_id)
  INCLUDE (amount);

-- ---------------------------------------------------------------------
-- SECTION 3: INGREDIENT GROUP INDEXES (Priority 1)
-- ---------------------------------------------------------------------

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_ingredients_restaurant_name_lower
  ON menuca_v3.ingredients (restaurant_id, lower(name));

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_ingredients_type_active
  ON menuca_v3.ingredients (ingredient_type, restaurant_id)
  WHERE is_active;

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_ingredient_groups_restaurant_order
  ON menuca_v3.ingredient_groups (restaurant_id, display_order);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_ingredient_groups_course
  ON menuca_v3.ingredient_groups (course_id)
  WHERE course_id IS NOT NULL;

-- Opening a dish reads the items of its groups in order, and nothing of them but the ingredient.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_ingredient_group_items_group_order
  ON menuca_v3.ingredient_group_items (ingredient_group_id, display_order)
  INCLUDE (ingredient_id);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_ingredient_group_items_ingredient
  ON menuca_v3.ingredient_group_items (ingredient_id);

-- ---------------------------------------------------------------------
-- SECTION 4: COMBO SYSTEM INDEXES (Priority 2)
-- ---------------------------------------------------------------------

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_combo_groups_restaurant_active_order
  ON menuca_v3.combo_groups (restaurant_id, display_order)
  WHERE is_active;

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_combo_groups_dish
  ON menuca_v3.combo_groups (dish_id);

-- Back office search by the beginning of a name: LIKE 'family%'.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_combo_groups_name_prefix
  ON menuca_v3.combo_groups (lower(name) text_pattern_ops);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_combo_items_group_order
  ON menuca_v3.combo_items (combo_group_id, display_order);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_combo_items_dish
  ON menuca_v3.combo_items (dish_id);

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_combo_steps_item_number
  ON menuca_v3.combo_steps (combo_item_id, step_number);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_combo_modifier_prices_group
  ON menuca_v3.combo_modifier_prices (combo_group_id, ingredient_group_id)
  INCLUDE (amount);

-- ---------------------------------------------------------------------
-- SECTION 5: RESTAURANT MANAGEMENT INDEXES (Priority 2)
-- ---------------------------------------------------------------------

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_restaurants_slug
  ON menuca_v3.restaurants (slug);

-- The front page: open restaurants near you ("crêperies in Montréal").
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_restaurants_city_cuisine_active
  ON menuca_v3.restaurants (city, cuisine)
  WHERE status = 'active';

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_restaurant_locations_primary
  ON menuca_v3.restaurant_locations (restaurant_id)
  WHERE is_primary;

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_restaurant_locations_postal_code
  ON menuca_v3.restaurant_locations (replace(postal_code, ' ', ''));

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_restaurant_schedules_restaurant_day
  ON menuca_v3.restaurant_schedules (restaurant_id, service_type, day_of_week);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_restaurant_contacts_restaurant_primary
  ON menuca_v3.restaurant_contacts (restaurant_id, is_primary DESC);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_restaurant_contacts_email_lower
  ON menuca_v3.restaurant_contacts (lower(email));

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_restaurant_service_configs_restaurant
  ON menuca_v3.restaurant_service_configs (restaurant_id);

-- ---------------------------------------------------------------------
-- SECTION 6: DELIVERY INDEXES (Priority 2)
-- ---------------------------------------------------------------------

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_delivery_zones_restaurant
  ON menuca_v3.delivery_zones (restaurant_id)
  INCLUDE (fee, min_order);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_delivery_zones_postal_prefix
  ON menuca_v3.delivery_zones (postal_prefix);

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_deliveries_order
  ON menuca_v3.deliveries (order_id);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_deliveries_driver_assigned
  ON menuca_v3.deliveries (driver_id, assigned_at DESC);

-- The dispatcher's board: only what is still under way, one row of twenty-five.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_deliveries_open_promised
  ON menuca_v3.deliveries (promised_at)
  WHERE status IN ('pending', 'assigned', 'picked_up');

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_deliveries_zone
  ON menuca_v3.deliveries (zone_id);

-- ---------------------------------------------------------------------
-- SECTION 7: MARKETING AND PROMOTION INDEXES (Priority 3)
-- ---------------------------------------------------------------------

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_promotions_restaurant_dates
  ON menuca_v3.promotions (restaurant_id, starts_on, ends_on);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_promotions_active_end
  ON menuca_v3.promotions (ends_on)
  WHERE is_active;

-- A code is the same however it is typed.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_coupons_code_upper
  ON menuca_v3.coupons (upper(code));

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_coupons_restaurant_redeemable
  ON menuca_v3.coupons (restaurant_id)
  WHERE redeemed_count < max_redemptions;

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_coupon_redemptions_coupon_user
  ON menuca_v3.coupon_redemptions (coupon_id, user_id);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_coupon_redemptions_user_date
  ON menuca_v3.coupon_redemptions (user_id, redeemed_at DESC);

-- ---------------------------------------------------------------------
-- SECTION 8: USER AND ORDER INDEXES (Priority 2)
-- ---------------------------------------------------------------------

-- Login. The application compares lower(email) since the day somebody registered twice.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_users_email_lower
  ON menuca_v3.users (lower(email));

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_users_phone
  ON menuca_v3.users (phone)
  WHERE phone IS NOT NULL;

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_user_addresses_default
  ON menuca_v3.user_addresses (user_id)
  WHERE is_default;

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_orders_user_placed
  ON menuca_v3.orders (user_id, placed_at DESC);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_orders_restaurant_placed
  ON menuca_v3.orders (restaurant_id, placed_at DESC)
  INCLUDE (status, total);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_order_items_order
  ON menuca_v3.order_items (order_id);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_reviews_restaurant_created
  ON menuca_v3.reviews (restaurant_id, created_at DESC);

-- ---------------------------------------------------------------------
-- SECTION 9: JSONB GIN INDEXES (Priority 3)
-- ---------------------------------------------------------------------

-- Only @> is asked of these two, and jsonb_path_ops makes an index half the size for it.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dishes_allergen_info
  ON menuca_v3.dishes USING gin (allergen_info jsonb_path_ops);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_orders_metadata
  ON menuca_v3.orders USING gin (metadata jsonb_path_ops);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_users_preferences
  ON menuca_v3.users USING gin (preferences);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_restaurant_service_configs_settings
  ON menuca_v3.restaurant_service_configs USING gin (settings);

-- ---------------------------------------------------------------------
-- SECTION 10: DEVICE INDEXES (Priority 3)
-- ---------------------------------------------------------------------

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS idx_devices_serial_number
  ON menuca_v3.devices (serial_number);

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_devices_restaurant_last_seen
  ON menuca_v3.devices (restaurant_id, last_seen_at DESC);

-- =====================================================================
-- VALIDATION
-- Expect an Index Scan and at least ten times the speed in the EXPLAINs, and 58 indexes, all valid.
-- =====================================================================

-- The menu page, as the web shop asks for it.
EXPLAIN ANALYZE
SELECT d.id, d.name, d.base_price, c.name AS course
FROM menuca_v3.dishes d
JOIN menuca_v3.courses c ON c.id = d.course_id AND c.restaurant_id = d.restaurant_id
WHERE d.restaurant_id = 42
  AND d.is_active
ORDER BY d.display_order
LIMIT 100;

-- What can be changed in one dish.
EXPLAIN ANALYZE
SELECT m.id, m.modifier_type, i.name, p.size_code, p.amount
FROM menuca_v3.dish_modifiers m
JOIN menuca_v3.ingredients i ON i.id = m.ingredient_id
LEFT JOIN menuca_v3.dish_modifier_prices p ON p.dish_modifier_id = m.id
WHERE m.dish_id = 4247
ORDER BY m.display_order;

-- "My orders".
EXPLAIN ANALYZE
SELECT o.id, o.placed_at, o.status, o.total
FROM menuca_v3.orders o
WHERE o.user_id = 1236
ORDER BY o.placed_at DESC
LIMIT 20;

-- Login.
EXPLAIN ANALYZE
SELECT u.id, u.full_name
FROM menuca_v3.users u
WHERE lower(u.email) = lower('priya.4321@mail.example');

SELECT count(*) AS new_indexes, count(*) FILTER (WHERE i.indisvalid) AS valid
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'menuca_v3'::regnamespace
  AND c.relname LIKE 'idx\_%';

SELECT c.relname AS index_name, pg_size_pretty(pg_relation_size(c.oid)) AS size
FROM pg_class c
WHERE c.relnamespace = 'menuca_v3'::regnamespace
  AND c.relkind = 'i'
  AND c.relname LIKE 'idx\_%'
ORDER BY pg_relation_size(c.oid) DESC, c.relname
LIMIT 20;
