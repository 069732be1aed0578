/** Counts what clients do, and says when one has had its share. */
export interface RateLimit {
  /** Counts one more for a client; gives the seconds that it has to wait, 0 when it is let through. */
  take(client: string): number | Promise<number>;
}

/** How many a client may have. */
export interface RateLimitOptions {
  /** In a minute, and at once; 0 for any number. */
  readonly perMinute: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many clients are remembered; the one that was quiet longest goes first. */
  readonly maxClients?: number;
}

const minute = 60_000;

/**
 * A limit in this process's memory, of a bounded size: for each client the time at which its share
 * is whole again (GCRA). One that is refused is not counted, so waiting always helps.
 */
export function memoryRateLimit(options: RateLimitOptions): RateLimit {
  const { perMinute, now, maxClients = 10_000 } = options;
  if (perMinute === 0) return { take: () => 0 };
  const interval = minute / perMinute;
  const wholeAt = new Map<string, number>();
  return {
    take: (client) => {
      const time = now();
      // Never more than a share ahead: a clock that was set back keeps nobody out.
      const known = Math.min(wholeAt.get(client) ?? 0, time + minute);
      const next = Math.max(known, time) + interval;
      const early = next - time - minute;
      // Rounding alone must refuse nobody.
      if (early > 1e-6) {
        wholeAt.set(client, known);
        return Math.ceil(early / 1000);
      }
      // Behind all others: a map keeps the order in which keys came.
      wholeAt.delete(client);
      wholeAt.set(client, next);
      if (wholeAt.size > maxClients) {
        const [quietest] = wholeAt.keys();
        if (quietest !== undefined) wholeAt.delete(quietest);
      }
      return 0;
    },
  };
}
