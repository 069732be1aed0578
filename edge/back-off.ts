/** How waits grow, in milliseconds. */
export interface BackOff {
  /** Longest first wait; each further one may be twice as long. */
  readonly initial: number;
  /** Longest wait of all. */
  readonly max: number;
}

/**
 * How long to wait after so many failures in a row, from 1, in whole milliseconds: with full jitter,
 * so that those who failed together don't come back together.
 */
export function waitAfter(failures: number, { initial, max }: BackOff): number {
  return Math.ceil(Math.random() * Math.min(max, initial * 2 ** (failures - 1)));
}
