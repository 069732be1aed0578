import { join } from "node:path";
import { until } from "../until.ts";
import { type Product, startProduct } from "./product.ts";
import type { ReviewTimes } from "./reading.ts";
import type { Scene } from "./scene.ts";

/** A product that keeps one process ready for the next new pull request. */
export interface Spared extends AsyncDisposable {
  /** Opens a pull request and closes it again; the next process is ready when it resolves. */
  push(number: number): Promise<ReviewTimes>;
}

/** Starts one beside the scene's own; its process is ready when this resolves. */
export async function startSpared({ folder, api }: Scene): Promise<Spared> {
  await using undo = new AsyncDisposableStack();
  const place = { folder: join(folder, "spared"), apiUrl: api.url };
  const product = undo.use(await startProduct({ ...place, spares: 1 }));
  let claimed = 0;
  await untilStarted(product, 1);
  const resources = undo.move();
  return {
    push: async (number) => {
      const times = await product.push(number, "spare");
      claimed += 1;
      await product.close(number);
      // Its start takes a core, which is not to be missed in whatever is measured next.
      await untilStarted(product, claimed + 1);
      return times;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function untilStarted(product: Product, count: number): Promise<void> {
  const began = performance.now();
  await until(async () => {
    if (performance.now() - began > patience) throw new Error("Cannot wait: no spare is ready");
    return (await product.processesStarted()) === count;
  });
}

/** Milliseconds; far more than a spare takes, or the two seconds until it is started. */
const patience = 30_000;
