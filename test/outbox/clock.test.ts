import assert from "node:assert/strict";
import { test } from "node:test";
import type { Parcel } from "#edge/outbox.ts";
import { SqliteOutbox } from "#edge-node/sqlite-outbox.ts";
import { CicdError } from "#shared/error.ts";
import { handOff } from "#test/runner-http/hand-off.ts";
import { tempFolder } from "#test/temp-folder.ts";
import { until } from "#test/until.ts";

const cause = new CicdError("invalid_request", "Cannot read hand-off");
const failures = {
  "is away": new CicdError("runner_unavailable", "Cannot reach runner"),
  "refuses it": new CicdError("runner_unavailable", "Cannot hand over to runner", { cause }),
};

for (const [what, failure] of Object.entries(failures)) {
  test(`a clock that is set back while the runner ${what} puts a delivery off no longer`, async () => {
    await using folder = await tempFolder();
    let time = 1_800_000_000_000;
    const tried: string[] = [];
    const outbox = new SqliteOutbox({
      stateDir: folder.path,
      limit: 1024 ** 2,
      now: () => time,
      backOff: { initial: 1000, max: 1000 },
      send: async ({ handOff: { delivery_id } }: Parcel) => {
        tried.push(delivery_id);
        if (tried.length === 1) throw failure;
      },
      onError: () => {},
    });
    try {
      await outbox.put({ handOff: handOff({ delivery: "first" }), requestId: "first" });
      await until(() => tried.length === 1);
      time -= 3_600_000;
      await outbox.put({ handOff: handOff({ delivery: "second" }), requestId: "second" });
      await until(() => tried.length === 3);
      assert.deepEqual(tried.toSorted(), ["first", "first", "second"]);
    } finally {
      await outbox.stop(0);
      outbox.close();
    }
  });
}
