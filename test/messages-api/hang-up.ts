import type { ServerResponse } from "node:http";

/** Tells when a client leaves before its answer is complete. */
export interface HangUp {
  readonly signal: AbortSignal;
  /** Resolves when `signal` aborts; never, if the answer is sent to its end. */
  readonly aborted: Promise<void>;
}

/** Watches the connection of a response; a socket that we destroy counts as hung up. */
export function watchHangUp(response: ServerResponse): HangUp {
  const controller = new AbortController();
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  response.once("close", () => {
    if (response.writableFinished) return;
    controller.abort(new Error("Client hung up"));
    resolve();
  });
  return { signal: controller.signal, aborted };
}
