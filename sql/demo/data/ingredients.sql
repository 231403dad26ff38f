-- Ingredients, the groups they are offered in, and which dish may be changed by which. A modifier's restaurant is its
-- dish's: the dice with salt 109 say so in menu.sql too.
INSERT INTO menuca_v3.ingredients (id, restaurant_id, name, ingredient_type, is_active)
SELECT i,
       demo_data.mostly_low(demo_data.rows(944), i, 200),
       format('%s %s', demo_data.word('{Extra,Fresh,Smoked,Roasted,Light}', i, 201),
              demo_data.word('{cheese,mushrooms,bacon,onions,peppers,olives,tofu,shrimp}', i, 202)),
       demo_data.word('{topping,topping,sauce,side,bread}', i, 203),
       demo_data.dice(i, 204) < 0.9
FROM generate_series(1, demo_data.rows(31542)) AS i;

INSERT INTO menuca_v3.ingredient_groups (id, restaurant_id, course_id, name, display_order)
SELECT i,
       demo_data.mostly_low(demo_data.rows(944), i, 210),
       CASE WHEN demo_data.dice(i, 211) < 0.4 THEN demo_data.any_of(demo_data.rows(1207), i, 212) END,
       demo_data.word('{Toppings,Sauces,Choose a side,Crust,Extras}', i, 213),
       demo_data.any_of(30, i, 214)
FROM generate_series(1, demo_data.rows(9116)) AS i;

INSERT INTO menuca_v3.ingredient_group_items (id, ingredient_group_id, ingredient_id, display_order, is_included)
SELECT i,
       demo_data.any_of(demo_data.rows(9116), i, 220),
       demo_data.any_of(demo_data.rows(31542), i, 221),
       demo_data.any_of(50, i, 222),
       demo_data.dice(i, 223) < 0.2
FROM generate_series(1, demo_data.rows(37684)) AS i;

INSERT INTO menuca_v3.dish_modifiers
  (id, restaurant_id, dish_id, ingredient_id, ingredient_group_id, modifier_type, display_order)
SELECT i,
       demo_data.mostly_low(demo_data.rows(944), dish, 109),
       dish,
       demo_data.any_of(demo_data.rows(31542), i, 232),
       CASE WHEN demo_data.dice(i, 233) < 0.6 THEN demo_data.any_of(demo_data.rows(9116), i, 234) END,
       demo_data.word('{add,remove,replace,extra}', i, 235),
       demo_data.any_of(25, i, 236)
FROM (SELECT i, demo_data.any_of(demo_data.rows(10585), i, 231) AS dish
      FROM generate_series(1, demo_data.rows(24810)) AS i) AS modifier;

INSERT INTO menuca_v3.dish_modifier_prices (id, restaurant_id, dish_modifier_id, size_code, amount)
SELECT row_number() OVER (), demo_data.mostly_low(demo_data.rows(944), demo_data.any_of(demo_data.rows(10585), modifier, 231), 109),
       modifier, sizes.code,
       round((demo_data.dice(modifier, 240) * 4)::numeric, 2)
FROM generate_series(1, demo_data.rows(24810)) AS modifier,
     (VALUES ('S', 0.7), ('L', 0.4)) AS sizes (code, share)
WHERE demo_data.dice(modifier, 241) < sizes.share;
