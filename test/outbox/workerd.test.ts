import { startWorker } from "#test/edge/start-worker.ts";
import { faultSuite } from "./suite.ts";

faultSuite("workerd", ({ runnerUrl }) => startWorker(runnerUrl));
