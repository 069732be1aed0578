import { fractionOf, pick } from "./fraction.ts";

/** What is done about a push once it was handed over, and how often of a thousand. */
const meddlings = {
  /** The next push does not wait for its end. */
  "push again at once": 80,
  "push again in the turn": 80,
  "cancel at once": 15,
  "cancel in the turn": 40,
  "kill the process": 40,
  /** The next push comes while the process is being ended. */
  "end the process": 60,
  "close at once": 10,
  "close at the end": 20,
  "deliver twice": 30,
};

/** One push, and how it is followed. */
export interface Push {
  /** `<pull request>.<count>`. */
  readonly push: string;
  readonly number: number;
  /** After how many entries its follower hangs up, each time. */
  readonly hangUpAfter: number;
}

/** One push, with what comes after it. */
export interface Step extends Push {
  readonly meddling: keyof typeof meddlings | undefined;
}

/** Pushes of one pull request that follow each other. */
export type Burst = readonly Step[];

/** Everything that is done in a run: so many pushes, spread over the pull requests, in bursts. */
export function makePlan(seed: string, { turns, sessions }: { turns: number; sessions: number }) {
  const counts = new Map<number, number>();
  const bursts: Burst[] = [];
  for (let planned = 0; planned < turns; ) {
    const number = 1 + Math.floor(fractionOf(seed, "burst", planned) * sessions);
    const wanted = 1 + Math.floor(fractionOf(seed, "length", planned) * 6);
    const length = Math.min(turns - planned, wanted);
    const before = counts.get(number) ?? 0;
    const burst = Array.from({ length }, (_, index) => makeStep(seed, number, before + index + 1));
    bursts.push(burst);
    counts.set(number, before + length);
    planned += length;
  }
  return bursts;
}

function makeStep(seed: string, number: number, count: number): Step {
  const push = `${number}.${count}`;
  const hangUp = fractionOf(seed, "hang up", push);
  return {
    push,
    number,
    meddling: pick(meddlings, fractionOf(seed, "meddle", push)),
    hangUpAfter: hangUp < 0.3 ? 1 + Math.floor(hangUp * 30) : Number.POSITIVE_INFINITY,
  };
}
