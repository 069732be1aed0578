import type { EdgeConfig } from "#edge/config.ts";
import { connectRunner } from "#edge/connect-runner.ts";
import { handOff } from "#edge/hand-off.ts";
import { SqliteOutbox } from "#edge-node/sqlite-outbox.ts";
import type { CicdError } from "#shared/error.ts";
import { tempFolder } from "#test/temp-folder.ts";

/** An outbox in a folder of its own; disposal removes both. */
export interface TestOutbox extends AsyncDisposable {
  readonly outbox: SqliteOutbox;
}

/** Opens one that hands over to the runner of a configuration, and comes again soon. */
export async function openTestOutbox(
  config: EdgeConfig,
  onError: (error: CicdError, requestId: string) => void = () => {},
): Promise<TestOutbox> {
  const folder = await tempFolder();
  const client = connectRunner(config);
  const outbox = new SqliteOutbox({
    stateDir: folder.path,
    limit: config.edge.outbox_size,
    send: (parcel, signal) => handOff(client, parcel, signal),
    now: Date.now,
    onError,
    backOff: { initial: 5, max: 20 },
  });
  return {
    outbox,
    [Symbol.asyncDispose]: async () => {
      await outbox.stop(0);
      outbox.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
