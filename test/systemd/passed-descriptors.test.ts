import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { passedDescriptors } from "#cli/systemd/passed-descriptors.ts";

test("passedDescriptors: each by its name, from 3 on", () => {
  const environment = { LISTEN_PID: "42", LISTEN_FDS: "2", LISTEN_FDNAMES: "edge:notify" };
  assert.deepEqual(
    [...passedDescriptors(environment, 42)],
    [
      ["edge", 3],
      ["notify", 4],
    ],
  );
});

test("passedDescriptors: none of another process, and no more than there are", () => {
  const environment = { LISTEN_PID: "42", LISTEN_FDS: "1", LISTEN_FDNAMES: "edge:notify" };
  assert.equal(passedDescriptors(environment, 41).size, 0);
  assert.deepEqual([...passedDescriptors(environment, 42)], [["edge", 3]]);
  assert.equal(passedDescriptors({}, 42).size, 0);
});

test("passedDescriptors: whatever the variables hold, no error and nothing below 3", () => {
  const text = fc.option(fc.string(), { nil: undefined });
  fc.assert(
    fc.property(text, text, (LISTEN_FDS, LISTEN_FDNAMES) => {
      const passed = passedDescriptors({ LISTEN_PID: "42", LISTEN_FDS, LISTEN_FDNAMES }, 42);
      for (const descriptor of passed.values()) assert(descriptor >= 3);
    }),
  );
});
