/** How long a delivery may take until its forge lists it, clocks that differ included: 5 minutes. */
const settling = 5 * 60_000;

/** How far the deliveries of one webhook have been looked through. */
export interface Progress {
  /** From when on deliveries are to be looked at, in epoch milliseconds. */
  since(now: number, window: number): number;
  /** Whether a delivery needs no second look. */
  has(id: string): boolean;
  done(id: string, at: number): void;
  /** All that the forge had at this time has been looked at. */
  reached(time: number): void;
}

/** One that has looked at nothing yet. */
export function newProgress(): Progress {
  const seen = new Map<string, number>();
  let watermark = 0;
  return {
    since: (now, window) => {
      const since = Math.max(watermark, now - window);
      for (const [id, at] of seen) if (at < since) seen.delete(id);
      return since;
    },
    has: (id) => seen.has(id),
    done: (id, at) => seen.set(id, at),
    reached: (time) => {
      watermark = Math.max(watermark, time - settling);
    },
  };
}
