import { after } from "node:test";
import { coreSuite } from "./core.ts";
import { forgeSuite } from "./forges/suite.ts";
import { guardSuite } from "./guards.ts";
import { environment } from "./settings.ts";
import { startStandInRunner, takeIn } from "./stand-in-runner.ts";
import type { RunningEdge, TestEdgeOptions } from "./start-edge.ts";
import { startWorker } from "./start-worker.ts";
import { streamSuite } from "./streams.ts";

/** One for all that is asked of an edge as it usually is: a start of workerd takes a second or two. */
const usual = await startAnew();
after(() => usual[Symbol.asyncDispose]());

coreSuite(start);
forgeSuite(start);
guardSuite(start);
streamSuite(start);

async function start({
  environment: changes,
}: Pick<TestEdgeOptions, "environment"> = {}): Promise<RunningEdge> {
  if (changes !== undefined) return await startAnew(changes);
  usual.runner.requests.length = 0;
  usual.runner.answer = takeIn;
  return { ...usual, [Symbol.asyncDispose]: async () => {} };
}

async function startAnew(changes: Readonly<Record<string, string>> = {}): Promise<RunningEdge> {
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
