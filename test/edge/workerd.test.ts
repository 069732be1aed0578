import { coreSuite } from "./core.ts";
import { forgeSuite } from "./forges/suite.ts";
import { environment } from "./settings.ts";
import { startStandInRunner } from "./stand-in-runner.ts";
import type { RunningEdge } from "./start-edge.ts";
import { startWorker } from "./start-worker.ts";

coreSuite(start);
forgeSuite(start);

async function start(): Promise<RunningEdge> {
  const runner = await startStandInRunner();
  const worker = await startWorker(environment(runner.url));
  return {
    url: worker.url,
    runner,
    [Symbol.asyncDispose]: async () => {
      await worker[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
    },
  };
}
