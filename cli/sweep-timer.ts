import type { Sweeper } from "#edge/sweep/sweeper.ts";

/**
 * Looks for missed deliveries when `former` has ended, and then again and again with `pause`
 * milliseconds between.
 * @returns stops it: requests under way are cut off, and nothing half done is left.
 */
export function startSweeping(
  { sweep, hasSources }: Sweeper,
  pause: number,
  former: Promise<void> = Promise.resolve(),
): () => Promise<void> {
  if (!hasSources) return () => former;
  const stopped = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    if (stopped.signal.aborted) return;
    await sweep(stopped.signal);
    if (!stopped.signal.aborted) timer = setTimeout(next, pause);
  };
  const next = () => {
    running = look();
  };
  let running = former.then(look);
  return async () => {
    stopped.abort();
    clearTimeout(timer);
    await running;
  };
}
