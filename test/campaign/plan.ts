import { fractionOf, pick } from "../soak/fraction.ts";
import type { Push } from "../soak/plan.ts";
import type { Kind } from "../soak/sent.ts";

/** What the sender does before it delivers the next one of a pull request, of a thousand. */
const waits = {
  /** It does not wait: the next push supersedes this one in the queue. */
  nothing: 300,
  /** The next push interrupts this one. */
  "the turn": 200,
};

/** How often a delivery comes besides once, of a thousand. */
const copies = {
  /** Three times at once, wherever they get in. */
  "at once": 100,
  /** Again when its task has ended. */
  "at the end": 100,
};

/** One delivery, and what its sender does about it. */
export interface Delivery extends Push {
  readonly id: string;
  readonly kind: Kind;
  /** Default: its end. */
  readonly waitsFor: keyof typeof waits | undefined;
  readonly copies: keyof typeof copies | undefined;
}

/** All deliveries of a run, by pull request, each in order. */
export function makePlan(
  seed: string,
  { deliveries, sessions }: { deliveries: number; sessions: number },
): Delivery[][] {
  const plan = Array.from({ length: sessions }, (): Delivery[] => []);
  for (let index = 0; index < deliveries; index += 1) {
    const number = 1 + Math.floor(fractionOf(seed, "session", index) * sessions);
    const before = plan[number - 1] ?? [];
    before.push(makeDelivery(seed, number, before.length + 1));
  }
  return plan;
}

function makeDelivery(seed: string, number: number, count: number): Delivery {
  const push = `${number}.${count}`;
  const hangUp = fractionOf(seed, "hang up", push);
  return {
    id: `campaign-${push}`,
    push,
    number,
    kind: fractionOf(seed, "kind", push) < 0.05 ? "close" : "review",
    hangUpAfter: hangUp < 0.2 ? 1 + Math.floor(hangUp * 40) : Number.POSITIVE_INFINITY,
    waitsFor: pick(waits, fractionOf(seed, "wait", push)),
    copies: pick(copies, fractionOf(seed, "copies", push)),
  };
}
