import assert from "node:assert/strict";
import { startWorker } from "../start-worker.ts";
import { stands } from "./stands.ts";
import { sweepSuite } from "./suite.ts";

for (const stand of stands) {
  sweepSuite(stand, async (environment) => {
    const worker = await startWorker(environment);
    return {
      ...worker,
      // The address by which workerd is told that a cron trigger is due.
      sweep: async () => {
        const answer = await fetch(`${worker.url}/cdn-cgi/handler/scheduled`);
        assert.equal(await answer.text(), "ok");
      },
    };
  });
}
