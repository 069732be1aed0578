import type { Sweeper } from "#edge/sweep/sweeper.ts";

/**
 * Looks for missed deliveries now, and then again and again with `pause` milliseconds between.
 * @returns stops it: requests under way are cut off, and nothing half done is left.
 */
export function startSweeping({ sweep, hasSources }: Sweeper, pause: number): () => Promise<void> {
  if (!hasSources) return async () => {};
  const stopped = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void>;
  const next = () => {
    running = sweep(stopped.signal).then(() => {
      if (!stopped.signal.aborted) timer = setTimeout(next, pause);
    });
  };
  next();
  return async () => {
    stopped.abort();
    clearTimeout(timer);
    await running;
  };
}
