import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { SqliteOutbox } from "#edge-node/sqlite-outbox.ts";
import { CicdError } from "#shared/error.ts";
import { handOff } from "#test/store/hand-off.ts";
import { tempFolder } from "#test/temp-folder.ts";
import { until } from "#test/until.ts";

suite("SqliteOutbox whose clock is set back by an hour", () => {
  const away = new CicdError("runner_unavailable", "Away");
  const refused = new CicdError("runner_unavailable", "Refused", {
    cause: new CicdError("unauthorized", "Wrong seal"),
  });
  for (const [when, error] of [
    ["while the runner is away", away],
    ["after the runner has refused a delivery", refused],
  ] as const) {
    test(`${when}: goes on as if nothing had happened`, async () => {
      await using folder = await tempFolder();
      let now = Date.parse("2026-01-02T03:04:05Z");
      let sent = 0;
      const outbox = new SqliteOutbox({
        stateDir: folder.path,
        limit: 1_000_000,
        send: async () => {
          sent += 1;
          if (sent > 1) return;
          // When this has failed, it waits: until a time by the clock that it had then.
          setImmediate(() => {
            now -= 3_600_000;
          });
          throw error;
        },
        now: () => now,
        onError: () => {},
        backOff: { initial: 20, max: 20 },
      });
      await using undo = new AsyncDisposableStack();
      undo.defer(async () => {
        await outbox.stop(0);
        outbox.close();
      });
      await outbox.put({ handOff: handOff(), requestId: "r" });
      await until(async () => (await outbox.health()).depth === 0);
      assert.equal(sent, 2);
    });
  }
});
