import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { memoryRateLimit, type RateLimitOptions } from "#edge/rate-limit.ts";

/** A limit whose clock stands still until it is moved. */
function create(options: Omit<RateLimitOptions, "now">) {
  const clock = { time: 1_000_000 };
  const limit = memoryRateLimit({ ...options, now: () => clock.time });
  return { clock, take: limit.take };
}

test("RateLimit lets a client have its share at once, then tells how long to wait", async () => {
  const { clock, take } = create({ perMinute: 3 });
  for (const _ of [1, 2, 3]) assert.equal(await take("a"), 0);
  assert.equal(await take("a"), 20);
  assert.equal(await take("b"), 0);
  clock.time += 19_000;
  assert.equal(await take("a"), 1);
  clock.time += 1000;
  assert.equal(await take("a"), 0);
  assert.equal(await take("a"), 20);
});

test("RateLimit: whoever waits as long as it says is let through", async () => {
  const pause = fc.integer({ min: 0, max: 90_000 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 100 }),
      fc.array(pause),
      async (perMinute, pauses) => {
        const { clock, take } = create({ perMinute });
        for (const milliseconds of pauses) {
          clock.time += milliseconds;
          const wait = await take("a");
          if (wait === 0) continue;
          clock.time += wait * 1000;
          assert.equal(await take("a"), 0);
        }
      },
    ),
  );
});

test("RateLimit lets no more than two shares through in any minute", async () => {
  const pause = fc.integer({ min: 0, max: 2000 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.array(pause, { maxLength: 200 }),
      async (perMinute, pauses) => {
        const { clock, take } = create({ perMinute });
        const passed: number[] = [];
        for (const milliseconds of pauses) {
          clock.time += milliseconds;
          if ((await take("a")) === 0) passed.push(clock.time);
        }
        for (const start of passed) {
          const within = passed.filter((time) => time >= start && time < start + 60_000);
          assert.ok(within.length <= 2 * perMinute, `${within.length} of ${perMinute}`);
        }
      },
    ),
  );
});

test("RateLimit keeps nobody out for longer because the clock is set back", async () => {
  const { clock, take } = create({ perMinute: 3 });
  for (const _ of [1, 2, 3]) await take("a");
  clock.time -= 900_000;
  assert.equal(await take("a"), 20);
  clock.time += 20_000;
  assert.equal(await take("a"), 0);
});

test("RateLimit of 0 refuses nobody", async () => {
  const { take } = create({ perMinute: 0 });
  for (let count = 0; count < 1000; count += 1) assert.equal(await take("a"), 0);
});

test("RateLimit forgets the client that was quiet longest when there are too many", async () => {
  const { take } = create({ perMinute: 1, maxClients: 2 });
  await take("a");
  await take("b");
  assert.ok((await take("a")) > 0);
  await take("c");
  assert.equal(await take("a"), 0, "a was the first, and no refusal made it younger");
  assert.ok((await take("c")) > 0);
});

test("RateLimit remembers a client that goes on longer than one that came after it", async () => {
  const { take } = create({ perMinute: 2, maxClients: 2 });
  for (const client of ["a", "b", "a", "c"]) await take(client);
  assert.ok((await take("a")) > 0);
});
