import type pg from 'pg';
import type { Random } from './random.ts';

/** What an actor works with: its session, its dice, the size of the world, and a pause that ends with the traffic. */
export interface Stage {
  client: pg.Client;
  random: Random;
  world: World;
  /** Waits between two numbers of seconds. */
  pause(low: number, high: number): Promise<void>;
}

/** How many there are of what the traffic asks for. */
export interface World {
  restaurants: number;
  users: number;
  dishes: number;
  deliveries: number;
}

/** A program that uses the database: `sessions` of them do `turn` again and again. */
export interface Actor {
  application: string;
  sessions: number;
  turn(stage: Stage): Promise<void>;
}

const menuPage = `
  SELECT d.id, d.name, d.base_price, c.name AS course
  FROM menuca_v3.dishes d JOIN menuca_v3.courses c ON c.id = d.course_id AND c.restaurant_id = d.restaurant_id
  WHERE d.restaurant_id = $1 AND d.is_active ORDER BY d.display_order LIMIT 100`;

const menuWeb: Actor = {
  application: 'menu-web',
  sessions: 3,
  async turn({ client, random, world, pause }) {
    await client.query(menuPage, [random.mostlyLow(world.restaurants)]);
    await pause(0.1, 0.4);
    await client.query('SELECT size_code, amount FROM menuca_v3.dish_prices WHERE dish_id = $1', [
      random.integer(1, world.dishes),
    ]);
    await pause(0.2, 0.8);
  },
};

const orderApi: Actor = {
  application: 'order-api',
  sessions: 5,
  async turn({ client, random, world, pause }) {
    const restaurant = random.mostlyLow(world.restaurants);
    await client.query('BEGIN');
    const order = await client.query<{ id: string }>(
      `INSERT INTO menuca_v3.orders (restaurant_id, user_id, status, total, metadata, placed_at)
       VALUES ($1, $2, 'placed', $3, $4, now()) RETURNING id`,
      [
        restaurant,
        random.integer(1, world.users),
        random.integer(10, 90),
        { channel: random.pick(['web', 'ios', 'android']) },
      ],
    );
    const id = order.rows[0]?.id;
    for (let item = random.integer(1, 4); item > 0; item--) {
      await client.query(
        'INSERT INTO menuca_v3.order_items (order_id, dish_id, quantity, price) VALUES ($1, $2, 1, 12.5)',
        [id, random.integer(1, world.dishes)],
      );
    }
    // The payment is asked for with the transaction open, as it should not be and often is.
    await pause(0.05, 0.25);
    await client.query('UPDATE menuca_v3.order_counters SET last_number = last_number + 1 WHERE restaurant_id = $1', [
      restaurant,
    ]);
    const paid = random.chance(0.97);
    if (paid && random.chance(0.6)) {
      await client.query(
        `INSERT INTO menuca_v3.deliveries (order_id, zone_id, status, assigned_at, promised_at)
         VALUES ($1, 1, 'pending', now(), now() + interval '40 minutes')`,
        [id],
      );
    }
    await client.query(paid ? 'COMMIT' : 'ROLLBACK');
    await pause(0.4, 1.6);
  },
};

const dispatch: Actor = {
  application: 'dispatch',
  sessions: 1,
  async turn({ client, random, world, pause }) {
    await client.query('UPDATE menuca_v3.deliveries SET status = $2, driver_id = $3 WHERE id = $1', [
      random.integer(1, world.deliveries),
      random.pick(['assigned', 'picked_up', 'delivered']),
      random.integer(1, 600),
    ]);
    await pause(0.2, 0.6);
  },
};

/** Keeps a snapshot for a second or two nearly all the time: every build waits for one of these in its last phase. */
const salesReport: Actor = {
  application: 'sales-report',
  sessions: 3,
  async turn({ client, random, world, pause }) {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(
      'SELECT status, count(*), sum(total) FROM menuca_v3.orders WHERE restaurant_id = $1 GROUP BY status',
      [random.mostlyLow(world.restaurants)],
    );
    await pause(1.5, 5);
    await client.query('SELECT count(*) FROM menuca_v3.reviews WHERE restaurant_id = $1', [
      random.mostlyLow(world.restaurants),
    ]);
    await client.query('COMMIT');
    await pause(0.2, 0.8);
  },
};

/** The long transaction that every company has. */
const billingJob: Actor = {
  application: 'billing-job',
  sessions: 1,
  async turn({ client, random, pause }) {
    await pause(12, 22);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    for (let step = random.integer(3, 5); step > 0; step--) {
      await client.query(
        'SELECT restaurant_id, sum(total) FROM menuca_v3.orders GROUP BY restaurant_id ORDER BY 2 DESC LIMIT 50',
      );
      await pause(1, 2);
    }
    await client.query('COMMIT');
  },
};

/**
 * A migration that locks a table for about a second, so that orders queue behind it. The table is none that the plan
 * builds on: such a lock would queue behind a build, and everybody else behind the lock.
 */
const schemaMigration: Actor = {
  application: 'schema-migration',
  sessions: 1,
  async turn({ client, pause }) {
    await pause(15, 30);
    await client.query('BEGIN');
    await client.query("SET LOCAL lock_timeout = '2s'");
    await client.query('LOCK TABLE menuca_v3.order_counters IN ACCESS EXCLUSIVE MODE');
    await pause(0.8, 1.3);
    await client.query('COMMIT');
  },
};

/** Everybody who uses the demo's database. */
export const actors: readonly Actor[] = [menuWeb, orderApi, dispatch, salesReport, billingJob, schemaMigration];
