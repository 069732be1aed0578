import { createHash } from "node:crypto";

/** A number from 0 to 1 that the parts alone decide: whoever asks, and whenever. */
export function fractionOf(...parts: readonly (string | number)[]): number {
  return createHash("sha256").update(parts.join("/")).digest().readUInt32BE() / 2 ** 32;
}

/** The name that a fraction falls to, where each has its share of a thousand; undefined for none. */
export function pick<Name extends string>(
  shares: Readonly<Record<Name, number>>,
  fraction: number,
): Name | undefined {
  let left = fraction * 1000;
  for (const name in shares) {
    left -= shares[name];
    if (left < 0) return name;
  }
  return undefined;
}
