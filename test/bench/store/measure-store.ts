import { startPostgres } from "../../postgres/server.ts";
import { measureHistory } from "./history.ts";
import { measureOperations, type StoreOptions } from "./operations.ts";
import { measureTakeover } from "./takeover.ts";
import { measureTurnStart } from "./turn-start.ts";

/** Measures the store on both drivers, and what it takes of a task's way. */
export async function measureStore(options: StoreOptions): Promise<void> {
  await using server = await startPostgres({ isDurable: true });
  // Before a hundred thousand tasks are written, which the server goes on to tidy up after.
  await measureTurnStart(server, options);
  await measureOperations(server, options);
  await measureHistory(server, options);
  await measureTakeover(server, options);
}
