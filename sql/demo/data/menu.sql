-- Menus: every restaurant has a course, popular ones have several; a few restaurants have most of the dishes.
INSERT INTO menuca_v3.courses (id, restaurant_id, name, display_order, is_active)
SELECT i,
       CASE WHEN i <= demo_data.rows(944) THEN i ELSE demo_data.mostly_low(demo_data.rows(944), i, 100) END,
       demo_data.word('{Appetizers,Mains,Pizza,Sides,Desserts,Drinks,Lunch specials}', i, 101),
       demo_data.any_of(20, i, 102),
       demo_data.dice(i, 103) < 0.95
FROM generate_series(1, demo_data.rows(1207)) AS i;

INSERT INTO menuca_v3.dishes
  (id, restaurant_id, course_id, name, description, base_price, display_order, is_active, allergen_info, updated_at)
SELECT i, restaurant, courses.ids[demo_data.any_of(cardinality(courses.ids), i, 110)],
       format('%s %s', demo_data.word('{Spicy,Grilled,House,Crispy,Vegan,Double}', i, 111),
              demo_data.word('{chicken,poutine,margherita,noodles,falafel,salmon,ribs,curry}', i, 112)),
       format('Made to order with %s and %s. %s', demo_data.word('{garlic,ginger,basil,lemon}', i, 113),
              demo_data.word('{rice,fries,salad,naan}', i, 114), repeat('Ask us about our daily selection. ', 4)),
       5 + round((demo_data.dice(i, 115) * 25)::numeric, 2),
       demo_data.any_of(400, i, 116),
       demo_data.dice(i, 117) < 0.85,
       jsonb_build_object('contains', jsonb_build_array(demo_data.word('{gluten,dairy,nuts,soy}', i, 118),
                                                        demo_data.word('{egg,fish,sesame,none}', i, 119)),
                          'vegan', demo_data.dice(i, 120) < 0.15),
       timestamptz '2025-01-01' + demo_data.dice(i, 121) * interval '500 days'
FROM (SELECT i, demo_data.mostly_low(demo_data.rows(944), i, 109) AS restaurant
      FROM generate_series(1, demo_data.rows(10585)) AS i) AS dish
JOIN (SELECT restaurant_id, array_agg(id ORDER BY id) AS ids FROM menuca_v3.courses GROUP BY restaurant_id) AS courses
  ON courses.restaurant_id = dish.restaurant;

INSERT INTO menuca_v3.dish_prices (id, dish_id, size_code, amount)
SELECT row_number() OVER (), dish, sizes.code, 6 + sizes.extra + round((demo_data.dice(dish, 130) * 20)::numeric, 2)
FROM generate_series(1, demo_data.rows(10585)) AS dish,
     (VALUES ('S', 0, 1.0), ('M', 3, 0.45), ('L', 6, 0.3)) AS sizes (code, extra, share)
WHERE demo_data.dice(dish, 131) < sizes.share;
