import { Health } from "#shared/api.ts";
import { processesOf } from "./processes.ts";
import type { Runner } from "./runner.ts";
import { within } from "./within.ts";

/** Waits until a runner has nothing to do and no process but one spare. */
export async function untilIdle(runner: Runner): Promise<void> {
  let state = "";
  await within(
    30,
    () => `an idle runner, now ${state}`,
    async () => {
      const health = Health.parse(await (await runner.ask("/health")).json());
      const { sessions, running, queue_depth: queued } = health;
      const processes = await processesOf(runner.stateDir);
      state = JSON.stringify({ sessions, running, queued, processes });
      return sessions + running + queued === 0 && processes.length === 1;
    },
  );
}
