import assert from "node:assert/strict";
import { test } from "node:test";
import { openService } from "#cli/systemd/service.ts";
import { untilStopped } from "#cli/until-stopped.ts";

const names = ["SIGINT", "SIGTERM"] as const;

for (const [first, second, code] of [
  ["SIGTERM", "SIGTERM", 143],
  ["SIGTERM", "SIGINT", 130],
  ["SIGINT", "SIGTERM", 143],
] as const) {
  test(`${second} behind ${first}: the program ends at once`, async ({ mock }) => {
    const others = names.map((name) => process.listeners(name));
    const exit = mock.method(process, "exit", () => {});
    const service = openService({ environment: {}, onError: assert.ifError });
    void untilStopped(service, () => new Promise<never>(() => {}));
    const own = names.map((name, index) =>
      process.listeners(name).filter((listener) => !others[index]?.includes(listener)),
    );
    try {
      process.emit(first);
      assert.equal(exit.mock.callCount(), 0);
      process.emit(second);
      assert.deepEqual(exit.mock.calls[0]?.arguments, [code]);
    } finally {
      for (const [index, name] of names.entries()) {
        for (const listener of own[index] ?? []) process.off(name, listener);
      }
    }
  });
}
