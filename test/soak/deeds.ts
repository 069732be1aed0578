import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a scripted CLI process did, or was done to it, as it stands in the log of a run. */
export type Deed = { readonly at: number; readonly pid: number } & (
  | {
      readonly kind: "begun";
      readonly conversation: string;
      /** What is wrong with its start. */
      readonly fault: string | undefined;
    }
  /** A message came; `fault` is what becomes of it. */
  | {
      readonly kind: "told";
      readonly uuid: string;
      readonly push: string;
      readonly fault: string | undefined;
      /** Epoch milliseconds, with fractions. */
      readonly heardAt: number;
    }
  | { readonly kind: "answered"; readonly uuid: string }
  /** From now on it neither speaks nor listens, or it is gone. */
  | { readonly kind: "lost" }
  /** Another process of the same conversation lives. */
  | { readonly kind: "forked"; readonly conversation: string; readonly other: number }
  /** Another process that lives has a turn about the same pull request under way. */
  | { readonly kind: "doubled"; readonly push: string; readonly other: number }
  /** The driver killed it. */
  | { readonly kind: "killed" }
);

type WithoutPlace<T> = T extends unknown ? Omit<T, "at" | "pid"> : never;

/** Writes a deed down at once, so that it outlives whatever comes next. */
export function note(folder: string, pid: number, deed: WithoutPlace<Deed>): void {
  const line = JSON.stringify({ at: Date.now(), pid, ...deed });
  appendFileSync(join(folder, "deeds"), `${line}\n`);
}

/** All deeds of a run so far, in order. */
export function readDeeds(folder: string): Deed[] {
  const lines = readFileSync(join(folder, "deeds"), { encoding: "utf8", flag: "a+" });
  return lines.split("\n").flatMap((line): Deed[] => (line === "" ? [] : [JSON.parse(line)]));
}
