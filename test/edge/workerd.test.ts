import { coreSuite } from "./core.ts";
import { forgeSuite } from "./forges/suite.ts";
import { guardSuite } from "./guards.ts";
import { environment } from "./settings.ts";
import { startStandInRunner } from "./stand-in-runner.ts";
import type { RunningEdge, TestEdgeOptions } from "./start-edge.ts";
import { startWorker } from "./start-worker.ts";
import { streamSuite } from "./streams.ts";

coreSuite(start);
forgeSuite(start);
guardSuite(start);
streamSuite(start);

async function start({
  environment: changes,
}: Pick<TestEdgeOptions, "environment"> = {}): Promise<RunningEdge> {
  const runner = await startStandInRunner();
  const worker = await startWorker({ ...environment(runner.url), ...changes });
  return {
    url: worker.url,
    runner,
    [Symbol.asyncDispose]: async () => {
      await worker[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
    },
  };
}
