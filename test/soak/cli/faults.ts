import { fractionOf, pick } from "../fraction.ts";

/** What a message may lead to that costs its process, and how often of a thousand. */
const lethal = {
  exit: 25,
  "half a line": 10,
  hang: 10,
  deaf: 5,
  mute: 5,
  "answered, not told": 15,
  "exit with a grandchild": 20,
};

/** What a process gets over, or what hits only the next message. */
const harmless = {
  garbage: 20,
  "long line": 10,
  flood: 5,
  grandchild: 20,
  unparsable: 20,
  "late exit": 15,
  "late hang": 5,
  overloaded: 15,
  slow: 150,
};

/** What may be wrong with a start. */
const atStart = { "exit at start": 15, "hang at start": 4 };
/** What else, when it is to go on with a conversation. */
const atResume = { "refuses to resume": 20 };

/** What a message can lead to other than a plain answer. */
export type TurnFault = keyof typeof lethal | keyof typeof harmless;

/** How a CLI is: misbehaving, or well-behaved with turns that take a while. */
export const tempers = {
  wild: { turnFault, startFault },
  calm: { turnFault: () => "slow", startFault: () => undefined },
} as const satisfies Record<string, Temper>;

interface Temper {
  turnFault(seed: string, push: string, count: number): TurnFault | undefined;
  startFault(
    seed: string,
    conversation: string,
    count: number,
    resumes: boolean,
  ): keyof typeof atStart | keyof typeof atResume | undefined;
}

/** The fault of the `count`th message about a push; some pushes no process survives. */
function turnFault(seed: string, push: string, count: number): TurnFault | undefined {
  const fraction = fractionOf(seed, "turn", push, count);
  const fate = fractionOf(seed, "push", push);
  if (fate < 0.012) return pick(scaled(lethal), fraction);
  if (fate < 0.016) return "overloaded";
  return pick({ ...lethal, ...harmless }, fraction);
}

/** Whether a fault costs its process. */
export function isLethal(fault: string | undefined): boolean {
  return fault !== undefined && Object.hasOwn(lethal, fault);
}

/** The fault of the `count`th start of a conversation. */
function startFault(seed: string, conversation: string, count: number, resumes: boolean) {
  const fraction = fractionOf(seed, "start", conversation, count);
  return resumes ? pick({ ...atStart, ...atResume }, fraction) : pick(atStart, fraction);
}

/** Shares that leave no room for anything else. */
function scaled<Name extends string>(shares: Readonly<Record<Name, number>>) {
  const sum = Object.values<number>(shares).reduce((total, share) => total + share, 0);
  const larger: Record<Name, number> = { ...shares };
  for (const name in shares) larger[name] = (shares[name] / sum) * 1001;
  return larger;
}
