import assert from "node:assert/strict";
import { test } from "node:test";
import { RunnerConfig } from "#runner/config.ts";
import { readConfig } from "#shared/config.ts";

const RUNNER_SECRET = "x".repeat(32);
const read = (file: unknown, environment: Record<string, string> = {}) =>
  readConfig(RunnerConfig, file, { RUNNER_SECRET, ...environment });

test("RunnerConfig, nothing set: five failures open the breaker, and 1.5 GB, 80 % or a tenth degrade", () => {
  const { async, fallback, observability } = read({});
  assert.deepEqual(async.circuit_breaker, {
    failure_threshold: 5,
    success_threshold: 2,
    open_timeout: 60_000,
  });
  assert.deepEqual(fallback, {
    enabled: true,
    auto_downgrade: true,
    degraded_when_memory_above: 1500 * 1024 ** 2,
    degraded_when_queue_depth_above: 0.8,
    degraded_when_error_rate_above: 0.1,
    one_shot_when_memory_above: 3 * 1024 ** 3,
    one_shot_when_consecutive_failures: 5,
  });
  assert.equal(observability.health_check_interval, 30_000);
});

test("RunnerConfig, a share: a number from 0 to 1, by variable too, and no percentage", () => {
  const variable = "FALLBACK_DEGRADED_WHEN_QUEUE_DEPTH_ABOVE";
  assert.equal(read({}, { [variable]: "0.5" }).fallback.degraded_when_queue_depth_above, 0.5);
  for (const share of [80, -0.1, "80%"]) {
    const file = { fallback: { degraded_when_queue_depth_above: share } };
    assert.throws(() => read(file), /fallback\.degraded_when_queue_depth_above: /);
    assert.throws(() => read({}, { [variable]: String(share) }), new RegExp(variable));
  }
});

test("RunnerConfig, a time that a timer is set to: none that is too long for one, which would be over at once", () => {
  for (const path of [
    "async.silence_timeout",
    "async.startup_timeout",
    "async.graceful_shutdown_timeout",
    "async.force_kill_timeout",
    "claude.timeout",
    "claude.permission_timeout",
    "anthropic.first_byte_timeout",
    "anthropic.idle_timeout",
    "observability.health_check_interval",
  ]) {
    const [section = "", key = ""] = path.split(".");
    read({ [section]: { [key]: "24d" } });
    const refusal = `${path}: must be at most 24d (got "25d")`;
    assert.throws(
      () => read({ [section]: { [key]: "25d" } }),
      ({ message }: Error) => message.includes(refusal),
    );
  }
});
