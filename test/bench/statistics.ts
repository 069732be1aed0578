/** What a row's samples amount to, in their own unit. */
export interface Summary {
  readonly count: number;
  readonly min: number;
  /** The middle one, or the mean of both middle ones. */
  readonly median: number;
  /** The smallest sample that 99 % are not above. */
  readonly p99: number;
  readonly max: number;
}

/** Summarizes samples, in any order. @throws RangeError without any. */
export function summarize(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((a, b) => a - b);
  const count = sorted.length;
  const at = (index: number) => {
    const sample = sorted[index];
    if (sample === undefined) throw new RangeError("Cannot summarize samples: there are none");
    return sample;
  };
  return {
    count,
    min: at(0),
    median: (at(Math.ceil(count / 2) - 1) + at(Math.floor(count / 2))) / 2,
    p99: at(Math.ceil(count * 0.99) - 1),
    max: at(count - 1),
  };
}
