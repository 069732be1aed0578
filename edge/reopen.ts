import { CicdError } from "#shared/error.ts";
import { eventStream, mediaType } from "./media-type.ts";
import type { RunnerCall, RunnerClient } from "./runner-client.ts";

/** How long to wait before runners that have nothing are asked again, in milliseconds. */
const pause = 250;

/** Where a client is in a stream that ended. */
export interface Place {
  /** Undefined before the first event. */
  readonly lastId: string | undefined;
  /** The stream that ended has brought something. */
  readonly hasMoved: boolean;
  /** The client leaves. */
  readonly signal: AbortSignal;
}

/** What opens a stream behind a place; undefined when there is nothing more to come, or nowhere. */
export type Reopen = (place: Place) => Promise<ReadableStream<Uint8Array<ArrayBuffer>> | undefined>;

/**
 * Opens the stream of a task's events again, at whichever runner answers. Gives up when for
 * `patience` milliseconds none answers, or what they answer brings nothing.
 */
export function reopener(runner: RunnerClient, call: RunnerCall, patience: number): Reopen {
  let deadline = 0;
  return async ({ lastId, hasMoved, signal }) => {
    if (hasMoved || deadline === 0) deadline = Date.now() + patience;
    // Streams that end as soon as they are opened are not opened in a frenzy.
    if (!hasMoved) await rest(signal);
    const place = lastId === undefined ? {} : { "last-event-id": lastId };
    const again = { ...call, headers: { ...call.headers, ...place }, signal };
    while (!signal.aborted && Date.now() < deadline) {
      const answer = await opened(runner, again);
      if (answer?.status === 200 && answer.body !== null) {
        if (mediaType(answer.headers) === eventStream) return answer.body;
      }
      await answer?.body?.cancel();
      if (answer !== undefined && answer.status < 500) return undefined;
      await rest(signal);
    }
    return undefined;
  };
}

async function opened(runner: RunnerClient, call: RunnerCall): Promise<Response | undefined> {
  try {
    return await runner.open(call);
  } catch (error) {
    // None is up, or the client has left: the caller sees which.
    if (error instanceof CicdError) return undefined;
    throw error;
  }
}

async function rest(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, pause);
    signal.addEventListener("abort", done);
  });
}
