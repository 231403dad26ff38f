-- Combos: groups, the dishes in them, and the steps a customer is led through.
INSERT INTO menuca_v3.combo_groups (id, restaurant_id, dish_id, name, display_order, is_active)
SELECT i,
       demo_data.mostly_low(demo_data.rows(944), i, 300),
       demo_data.any_of(demo_data.rows(10585), i, 301),
       format('%s combo %s', demo_data.word('{Family,Lunch,Party,Duo}', i, 302), demo_data.any_of(40, i, 303)),
       demo_data.any_of(60, i, 304),
       demo_data.dice(i, 305) < 0.7
FROM generate_series(1, demo_data.rows(8234)) AS i;

INSERT INTO menuca_v3.combo_items (id, combo_group_id, dish_id, quantity, display_order)
SELECT i,
       demo_data.any_of(demo_data.rows(8234), i, 310),
       demo_data.any_of(demo_data.rows(10585), i, 311),
       demo_data.any_of(3, i, 312),
       demo_data.any_of(10, i, 313)
FROM generate_series(1, demo_data.rows(16461)) AS i;

INSERT INTO menuca_v3.combo_steps (id, combo_item_id, step_number, label)
SELECT row_number() OVER (), item, step, format('Choose %s', demo_data.word('{a side,a drink,a sauce,toppings}', item, 320 + step))
FROM generate_series(1, demo_data.rows(16461)) AS item, generate_series(1, 3) AS step
WHERE step <= demo_data.any_of(3, item, 319);

INSERT INTO menuca_v3.combo_modifier_prices (id, combo_group_id, ingredient_group_id, amount)
SELECT i,
       demo_data.any_of(demo_data.rows(8234), i, 330),
       demo_data.any_of(demo_data.rows(9116), i, 331),
       round((demo_data.dice(i, 332) * 5)::numeric, 2)
FROM generate_series(1, demo_data.rows(9141)) AS i;
