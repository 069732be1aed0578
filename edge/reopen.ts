import { CicdError } from "#shared/error.ts";
import { eventStream, mediaType } from "./media-type.ts";
import type { RunnerCall, RunnerClient } from "./runner-client.ts";

/** How long to wait before runners that are all down are asked again, in milliseconds. */
const pause = 250;

/** Where to go on, and how long to look for a runner that does. */
interface Place {
  /** Undefined before the first event. */
  readonly lastId: string | undefined;
  /** In milliseconds. */
  readonly patience: number;
  /** The client leaves. */
  readonly signal: AbortSignal;
}

/**
 * Opens the stream of a task's events again behind an event, at whichever runner answers. Undefined
 * when there is nothing more to come, or none answers in time.
 */
export async function reopen(
  runner: RunnerClient,
  call: RunnerCall,
  { lastId, patience, signal }: Place,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | undefined> {
  const place = lastId === undefined ? {} : { "last-event-id": lastId };
  const again = { ...call, headers: { ...call.headers, ...place }, signal };
  const deadline = Date.now() + patience;
  while (!signal.aborted) {
    const answer = await opened(runner, again);
    if (answer?.status === 200 && answer.body !== null) {
      if (mediaType(answer.headers) === eventStream) return answer.body;
    }
    await answer?.body?.cancel();
    const isFinal = answer !== undefined && answer.status < 500;
    if (isFinal || Date.now() >= deadline) return undefined;
    await rest(signal);
  }
  return undefined;
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
