/** How waits grow, in milliseconds. */
export interface BackOff {
  /** Longest first wait. */
  readonly initial: number;
  /** Longest wait of all. */
  readonly max: number;
  /** How many times as long each further one may be; default 2. */
  readonly factor?: number;
}

/**
 * How long to wait after so many failures in a row, from 1, in milliseconds and parts of them: with
 * full jitter, so that those who failed together don't come back together.
 */
export function fullJitter(
  failures: number,
  { initial, max, factor = 2 }: BackOff,
  random: () => number = Math.random,
): number {
  return random() * Math.min(max, initial * factor ** (failures - 1));
}
