import { environment } from "#test/edge/settings.ts";
import { startWorker } from "#test/edge/start-worker.ts";
import { faultSuite } from "./suite.ts";

faultSuite("workerd", ({ runnerUrl }) => startWorker(environment(runnerUrl)));
